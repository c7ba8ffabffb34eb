import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { statusWithOldNames } from '../api/old-names.ts';
import { aShop, seen } from '../testing/a-shop.ts';
import { FakeControl } from '../testing/fake-control.ts';

describe('banyan status', { concurrency: 3 }, () => {
  test('shows every service, without colours when nobody looks', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'canary';
    fake.services.auth!.share = 1_000;
    fake.services.auth!.target = { stage: 'canary', share: 1_000 };
    const { code, stdout } = await banyan('status');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^shop {2}route table 12, 2 gateway workers\n {2}databases {2}.*\n\nauth {2}canary 10% /,
    );
    assert.match(
      stdout,
      /service +96 requests \(1 failed; 1 of them in the last 12 s; 1 status 500; 1 rescued\), p95 5 ms/,
    );
    assert.match(stdout, /keys +1 of 61 seen fall into 10%/);
    assert.ok(!stdout.includes('\u001b'), stdout);
  });

  test('sums up what lies in the databases; asked for it, names it with the statement that removes a leftover', async (t) => {
    const { fake, banyan } = await aShop(t);
    assert.match(
      (await banyan('status')).stdout,
      /\n {2}databases {2}8 things of ours in use, no leftovers \(\d+ \w+ ago\)\n/,
    );
    const { stdout } = await banyan('status', 'auth');
    assert.match(stdout, /slot +banyan_auth_forward +auth +by copying +used\n/);
    assert.match(stdout, /1 leftover.*\n.*services\.users\.database was not looked into: ECONNREFUSED/);
    assert.match(stdout, /\n {4}-- in monolith\.database:\n {4}DROP PUBLICATION "banyan_auth_reverse";\n/);
    assert.doesNotMatch(stdout, /\nusers /);
    assert.deepEqual(fake.calls.at(-1), ['databases', 'auth']);
    assert.equal((await banyan('status', '--databases', '--json')).json().databases.things.length, 2);
    const unknown = await banyan('status', 'auht');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /auht/);
  });

  test('names what is unwell, a share without keys, p95 that is no number, and why it went back', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { auth } = fake.services;
    Object.assign(auth!, { stage: 'canary', share: 100, target: { stage: 'canary', share: 100 } });
    auth!.reason = '12 of 12 requests failed on the service';
    auth!.findings = ['no request of GET /me carried its key'];
    auth!.together = ['users'];
    auth!.unwell = [{ url: 'http://10.0.0.7:4001', why: 'GET /health/ready answers 404', workers: 2, of: 2 }];
    Object.assign(auth!.evidence, {
      keys: { seen: 61, inShare: 0 },
      p95Ms: { monolith: null, service: 10_000 },
      p95Over: { monolith: false, service: true },
      refused: 2,
      excused: 1,
    });
    const { stdout } = await banyan('status');
    assert.match(stdout, /why +12 of 12 requests failed on the service/);
    assert.match(
      stdout,
      /instance +http:\/\/10\.0\.0\.7:4001 unwell: GET \/health\/ready answers 404 \(say 2 of 2 gateway workers\)/,
    );
    assert.match(stdout, /together +in one step with users$/m);
    assert.match(stdout, /finding +no request of GET \/me carried its key/);
    assert.match(stdout, /keys +no key of 61 seen falls into 1%/);
    assert.match(stdout, /service .*p95 over 10,000 ms/);
    assert.match(stdout, /monolith .*p95 of no requests/);
    assert.match(stdout, /refused +2 writes of the monolith by the write lock/);
    assert.match(stdout, /excused +1 write of the monolith's own jobs refused by the write lock/);
  });

  test('--json prints exactly what the control plane says, and what the plan on disk says', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json, stderr } = await banyan('status', '--json');
    assert.equal(code, 0);
    const { plan: _, ...told } = await new FakeControl().status();
    const services = told.services.map(statusWithOldNames);
    assert.deepEqual(json(), { ...told, services, planDiffers: [] });
    assert.equal(stderr, '');
  });

  test('--watch goes on until Ctrl-C, which exits with 130', async (t) => {
    const { start } = await aShop(t);
    const { child, ended } = start('status', '--watch', '--json');
    await seen(child, 'stdout', /\n.*\n/);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 130);
    for (const line of stdout.trim().split('\n')) assert.equal(JSON.parse(line).system, 'shop');
  });
});
