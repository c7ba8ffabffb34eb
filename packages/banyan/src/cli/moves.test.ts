import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aShop, seen } from '../testing/a-shop.ts';

describe('banyan plan', { concurrency: 3 }, () => {
  test('lists the steps and the rollback impact of each', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stdout } = await banyan('plan', 'auth', '--to', '10%');
    assert.equal(code, 0);
    assert.match(stdout, /auth: 2 steps, nothing is done yet/);
    assert.match(stdout, /2 +copying → canary 10% +fence +lossy; users\.preferences/);
    assert.deepEqual(fake.calls, [['plan', 'auth', { stage: 'canary', share: 1_000 }]]);
  });

  test('covers every service when none is named', async (t) => {
    const { banyan } = await aShop(t);
    const { json } = await banyan('plan', '--json');
    assert.deepEqual(Object.keys(json()), ['auth', 'users']);
  });

  test('refuses a target that is none with 2, before anything is asked', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stderr } = await banyan('plan', '--to', '200%');
    assert.equal(code, 2);
    assert.match(stderr, /'200%' is no share\n {2}hint: give a share from 0\.01% to 100%/);
    assert.deepEqual(fake.calls, []);
  });
});

describe('banyan advance', { concurrency: 3 }, () => {
  test('waits until the service is there, and says what happened on the way', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout, stderr } = await banyan('advance', 'auth', '--to', 'shadowing');
    assert.equal(code, 0);
    assert.equal(stdout, 'auth is at shadowing; rollback impact: lossless\n');
    assert.match(stderr, /auth copying: \d+%, [\d,]+ of 20,000 rows, 10,000 rows\/s, [\d.]+ s left/);
    assert.match(stderr, /auth: copying → shadowing \(20,000 rows copied\)/);
  });

  test('--json keeps standard output to one document', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, json } = await banyan('advance', 'auth', '--to', '25%', '--force', '--json');
    assert.equal(code, 0);
    assert.deepEqual(
      [json().outcome, json().status.stage, json().status.share],
      ['reached', 'canary', 2_500],
    );
    assert.deepEqual(fake.calls, [['advance', 'auth', { stage: 'canary', share: 2_500 }, { force: true }]]);
  });

  test('--no-wait returns at once', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json } = await banyan('advance', 'auth', '--no-wait', '--json');
    assert.equal(code, 0);
    assert.deepEqual([json().outcome, json().status.stage], ['accepted', 'monolith']);
  });

  test('exits with 1 when the rollout is paused, and says why and how to go on', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.onTick = ({ auth }) => {
      if (auth!.stage === 'shadowing') auth!.paused = '3 of 50 answers differ';
    };
    const { code, stdout } = await banyan('advance', 'auth', '--to', '10%');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /auth is paused at shadowing: 3 of 50 answers differ\n.*banyan resume auth .*banyan rollback auth/,
    );
  });

  test('exits with 1 when the service was turned back', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.onTick = ({ auth }) => {
      if (auth!.stage !== 'canary') return;
      auth!.target = { stage: 'monolith', share: 0 };
      auth!.message = '12 % of requests failed';
    };
    const { code, json } = await banyan('advance', 'auth', '--to', '10%', '--json');
    assert.equal(code, 1);
    assert.equal(json().outcome, 'turned');
    assert.equal(json().status.message, '12 % of requests failed');
  });

  test('exits with 4 when the state machine refuses', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'retired';
    const { code, stderr } = await banyan('advance', 'auth');
    assert.equal(code, 4);
    assert.equal(stderr, "error: 'auth' is retired\n  hint: there is no way back\n");
  });

  test('goes on waiting while the control plane is away for a moment', async (t) => {
    const { fake, banyan } = await aShop(t);
    let ticks = 0;
    fake.onTick = () => {
      if (++ticks === 1) throw new Error('its database is being started again');
    };
    const { code, stderr } = await banyan('advance', 'auth', '--to', 'copying');
    assert.equal(code, 0, stderr);
  });

  test('Ctrl-C exits with 130 and says that the rollout goes on', async (t) => {
    const { fake, start } = await aShop(t);
    fake.onTick = ({ auth }) => {
      auth!.stage = 'copying';
    };
    fake.services.auth!.links[0]!.rowsTotal = 1e9;
    const { child, ended } = start('advance', 'auth', '--to', 'migrated');
    await seen(child, 'stderr', /auth copying/);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /interrupted\n {2}hint: auth goes on to migrated/);
  });
});

describe('banyan pause and resume', { concurrency: 3 }, () => {
  test('keep a service where it is until it is told to go on', async (t) => {
    const { fake, banyan } = await aShop(t);
    const paused = await banyan('pause', 'auth', '--reason', 'sale until Sunday');
    assert.deepEqual([paused.code, paused.stdout], [0, 'auth is paused at monolith: sale until Sunday\n']);
    assert.match((await banyan('status')).stdout, /paused +sale until Sunday/);
    const resumed = await banyan('resume', 'auth', '--no-wait', '--json');
    assert.equal(resumed.json().status.paused, null);
    assert.deepEqual(fake.calls, [
      ['pause', 'auth', 'sale until Sunday'],
      ['resume', 'auth'],
    ]);
    const again = await banyan('resume', 'auth');
    assert.equal(again.code, 4);
    assert.match(again.stderr, /'auth' is not paused/);
  });
});

describe('banyan rollback', { concurrency: 3 }, () => {
  test('brings the service back and keeps the reason', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'canary';
    const { code, stdout } = await banyan('rollback', 'auth', '--reason', 'too slow');
    assert.equal(code, 0);
    assert.equal(stdout, 'auth is at the monolith\n');
    assert.deepEqual(fake.calls, [['rollback', 'auth', 'too slow']]);
    await banyan('rollback', 'auth', '--force');
    assert.deepEqual(fake.calls.at(-1), ['rollback', 'auth', '', 'force']);
  });

  test('is not done before the links of the service are removed', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'canary';
    fake.services.auth!.draining = true;
    let looks = 0;
    fake.onTick = ({ auth }) => {
      if (auth!.stage === 'monolith') looks += 1;
      if (looks === 3) auth!.draining = false;
    };
    const { code } = await banyan('rollback', 'auth');
    assert.equal(code, 0);
    assert.equal(looks, 3);
  });

  test('of a service that does not exist exits with 2 and names those that do', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json, stderr } = await banyan('rollback', 'ghost', '--json');
    assert.equal(code, 2);
    assert.equal(json().error.code, 'no_such_service');
    assert.match(stderr, /known services: auth, users/);
    assert.match((await banyan('rollback', 'user')).stderr, /hint: did you mean 'users'\?/);
  });
});

describe('banyan retire', { concurrency: 3 }, () => {
  test('without --yes and with nobody to ask does nothing', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stderr } = await banyan('retire', 'auth');
    assert.equal(code, 2);
    assert.match(stderr, /hint: add --yes/);
    assert.deepEqual(fake.calls, []);
  });

  test('--yes retires a migrated service', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'migrated';
    const { code, stdout } = await banyan('retire', 'auth', '--yes');
    assert.equal(code, 0);
    assert.match(stdout, /auth is retired; there is no way back/);
  });

  test('is not done before the links of the service are removed', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'migrated';
    fake.services.auth!.draining = true;
    let looks = 0;
    fake.onTick = ({ auth }) => {
      if (auth!.stage === 'retired') looks += 1;
      if (looks === 3) auth!.draining = false;
    };
    const { code } = await banyan('retire', 'auth', '--yes');
    assert.equal(code, 0);
    assert.equal(looks, 3);
  });

  test('is refused with 4 before the service is migrated', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stderr } = await banyan('retire', 'auth', '--yes');
    assert.equal(code, 4);
    assert.doesNotMatch(stderr, /^\s*retired/m, 'nobody is told that it is done');
  });
});
