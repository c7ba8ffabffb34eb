import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { until } from '@banyan/postgres/until';
import { Transformer } from '@napi-rs/image';
import { startWithGateway } from '../../../kit/testing/world.ts';
import { user } from '../main.ts';
import { SIDE } from './render.ts';
import { bomb, halves, PLACE, photograph } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
let world: Awaited<ReturnType<typeof start>>;
const start = () =>
  startWithGateway(user, {
    ...{ PICTURE_STORE: `file:${folder}`, PICTURES_LOOK_MS: '20', PICTURES_SWEEP_SECONDS: '0.05' },
    ...{ BCRYPT_COST: '4', ERASURE_LOOK_SECONDS: '0.05' },
  });

before(async () => {
  world = await start();
});
after(async () => {
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .sort();

async function somebody() {
  const account = { email: `${randomUUID()}@example.com`, password: 'a good password', fullName: 'A Person' };
  const { body } = await world.call(randomUUID(), 'POST', '/auth/register', account);
  const { id } = body.user;
  return {
    id,
    version: async () => (await world.call(id, 'GET', `/users/${id}`)).body,
    put: async (content: Buffer | string, { as = id, type = 'image/jpeg' } = {}) => {
      const answer = await fetch(`${world.service.url}/api/v1/users/${id}/picture`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${world.gateway.token(as)}`, 'content-type': type },
        body: typeof content === 'string' ? content : new Uint8Array(content),
      });
      return { status: answer.status, body: JSON.parse(await answer.text()) };
    },
  };
}

const fetched = async (address: string) => {
  const answer = await fetch(`${world.service.url}${address}`);
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
};

it('a picture is shown upright and small, and nothing tells where it was taken', async () => {
  const one = await somebody();
  const given = await photograph(1200, 800);
  assert.ok(given.includes(PLACE));
  // It is what it has in it, whatever it is said to be.
  const { status, body } = await one.put(given, { type: 'image/png' });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.version, 2);
  assert.deepEqual(await one.version(), body);
  const shown = await fetched(body.profilePictureUrl);
  assert.equal(shown.status, 200);
  assert.equal(shown.headers.get('content-type'), 'image/webp');
  assert.equal(shown.headers.get('x-content-type-options'), 'nosniff');
  assert.match(shown.headers.get('content-security-policy')!, /sandbox/);
  for (const trace of [PLACE, 'Exif', 'EXIF']) assert.ok(!shown.body.includes(trace));
  const facts = await new Transformer(shown.body).metadata(true);
  assert.deepEqual(
    [facts.format, facts.width, facts.height],
    ['webp', Math.floor((SIDE * 800) / 1200), SIDE],
  );
  // What was left is up.
  const pixels = await new Transformer(shown.body).rawPixels();
  const bytes = pixels.length / (facts.width * facts.height);
  assert.ok(pixels[0]! > 200 && pixels.at(-bytes)! < 60);
});

it('a small one stays as small as it is, and keeps what shines through', async () => {
  const one = await somebody();
  const { body } = await one.put(await halves(40, 30).opacity(0.5).png());
  const shown = await new Transformer((await fetched(body.profilePictureUrl)).body).metadata();
  assert.deepEqual([shown.width, shown.height], [40, 30]);
});

it('what is no picture, too large or somebody else’s is refused, and leaves nothing', async () => {
  const one = await somebody();
  const before = files();
  const webp = await halves(64, 64).webp(80);
  for (const content of [
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<html></html>',
    '',
    await halves(8, 8).bmp(),
    webp.subarray(0, 60),
    bomb(30_000),
    bomb(5_000),
  ]) {
    const { status, body } = await one.put(content);
    assert.deepEqual([status, body.code], [422, 'BAD_PICTURE'], String(content).slice(0, 20));
  }
  assert.equal((await one.put(Buffer.alloc(8 * 1_048_576 + 1))).status, 413);
  const other = await somebody();
  assert.equal((await one.put(webp, { as: other.id })).body.code, 'FORBIDDEN');
  assert.equal((await one.version()).profilePictureUrl, null);
  assert.deepEqual(files(), before);
});

it('the one before goes, and so does one that is shown no more, however that came', async () => {
  const one = await somebody();
  const [other, kept] = [await somebody(), await halves(20, 20).webp(80)];
  const address = (await other.put(kept)).body.profilePictureUrl;
  const before = files();
  const first = (await one.put(await halves(30, 30).png())).body.profilePictureUrl;
  const second = await one.put(await halves(31, 31).png());
  assert.equal((await fetched(first)).status, 404);
  await until(() => files().length === before.length + 1);
  const { version } = second.body;
  const change = { profilePictureUrl: 'https://pictures.example.com/1', version };
  assert.equal((await world.call(one.id, 'PUT', `/users/${one.id}`, change)).status, 200);
  await until(() => files().length === before.length);
  assert.equal((await fetched(second.body.profilePictureUrl)).status, 404);
  assert.equal((await fetched(address)).status, 200);
  // Of another person there is no picture of this name.
  assert.equal((await fetched(address.replace(other.id, one.id))).status, 404);
});

it('a file that nobody came to use goes', async () => {
  const one = await somebody();
  const before = files();
  const { pool } = world.service;
  const { body } = await one.put(await halves(20, 20).webp(80));
  assert.ok(body.profilePictureUrl);
  // As after a crash between file and row.
  await pool.query(`UPDATE picture_files SET due_at = now() WHERE user_id = $1`, [one.id]);
  await until(() => files().length === before.length);
  // After its file.
  await until(
    async () => (await pool.query('SELECT FROM picture_files WHERE user_id = $1', [one.id])).rowCount === 0,
  );
});

it('of who goes no file is left when it is proved', async () => {
  const one = await somebody();
  const before = files();
  const address = (await one.put(await halves(20, 20).webp(80))).body.profilePictureUrl;
  assert.equal((await world.call(one.id, 'DELETE', `/users/${one.id}`)).status, 204);
  assert.equal((await fetched(address)).status, 404);
  const proof = await until(async () => {
    const { rows } = await world.service.pool.query('SELECT proof FROM erasure_proofs WHERE user_id = $1', [
      one.id,
    ]);
    return rows[0]?.proof;
  });
  assert.deepEqual(files(), before);
  assert.equal(JSON.parse(proof).user.erased.picture_files, 1);
});
