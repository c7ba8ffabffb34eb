import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { createEncryption, EncryptionError } from '../../encryption/encryption.ts';
import { createKeys, type TokenSigner } from './token-signer.ts';

const ALGORITHM = 'ES256';
const LONG = { issuer: 'test', signsMs: 86_400_000, shownBeforeMs: 0, tokenSeconds: 60 };
const aKey = () => randomBytes(32).toString('base64url');

async function aDatabase(t: TestContext) {
  const url = await (await testServer()).database('auth');
  const pool = createPool(url, { max: 6 });
  t.after(() => pool.end());
  await pool.query(readFileSync(new URL('signing-keys.sql', import.meta.url), 'utf8'));
  return pool;
}

const tokenOf = async (signer: TokenSigner) => await signer.sign({ id: 7, role: 'user' }, 'a session');
const kidOf = (token: string) => decodeProtectedHeader(token).kid;

test('instances that start at once have one key, and each verifies what the other has signed', async (t) => {
  const pool = await aDatabase(t);
  const encryption = createEncryption(aKey());
  const [one, two] = [createKeys(pool, encryption, LONG), createKeys(pool, encryption, LONG)];
  await Promise.all([one.look(), two.look()]);
  for (const { jwks } of [one, two]) assert.equal(jwks.keys.length, 1);
  await jwtVerify(await tokenOf(one), two.trusted.keys);
});

test('no private key is kept as it is: also those from before are encrypted, and go on signing', async (t) => {
  const pool = await aDatabase(t);
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const plain = await exportJWK(privateKey);
  await pool.query(`INSERT INTO signing_keys (kid, private_jwk, public_jwk) VALUES ('old', $1, $2)`, [
    plain,
    { ...(await exportJWK(publicKey)), kid: 'old', alg: ALGORITHM },
  ]);
  const keys = createKeys(pool, createEncryption(aKey()), LONG);
  await keys.look();
  const token = await tokenOf(keys);
  assert.equal(kidOf(token), 'old');
  await jwtVerify(token, publicKey);
  const { rows } = await pool.query('SELECT signing_keys::text AS row FROM signing_keys');
  assert.ok(!rows[0].row.includes(plain.d!), rows[0].row);
});

test('the next key takes its turn on every instance, and what the one before has signed stays good', async (t) => {
  const pool = await aDatabase(t);
  const encryption = createEncryption(aKey());
  const [one, two] = [createKeys(pool, encryption, LONG), createKeys(pool, encryption, LONG)];
  await one.look();
  await two.look();
  const before = await tokenOf(one);
  const ofClient = await one.signForClient({ sub: '7' });
  await pool.query(`UPDATE signing_keys SET signs_from = signs_from - interval '1 day'`);
  // One instance makes the next key; the other has not looked since.
  await one.look();
  const after = await tokenOf(one);
  assert.notEqual(kidOf(after), kidOf(before));
  await two.look();
  for (const token of [before, after]) await jwtVerify(token, two.trusted.keys);
  assert.equal(kidOf(await tokenOf(two)), kidOf(after));
  await pool.query(`UPDATE signing_keys SET signs_from = signs_from - interval '5 minutes'`);
  await two.look();
  await jwtVerify(ofClient, two.trusted.keys);
  await pool.query(`UPDATE signing_keys SET signs_from = signs_from - interval '1 hour'`);
  await two.look();
  assert.deepEqual(
    two.jwks.keys.map(({ kid }) => kid),
    [kidOf(after)],
  );
});

test('a new encryption key is put in front, and the old one is not needed any more after a look', async (t) => {
  const pool = await aDatabase(t);
  const [old, fresh] = [aKey(), aKey()];
  const first = createKeys(pool, createEncryption(old), LONG);
  await first.look();
  const token = await tokenOf(first);
  await assert.rejects(createKeys(pool, createEncryption(fresh), LONG).look(), EncryptionError);
  await createKeys(pool, createEncryption(`${fresh},${old}`), LONG).look();
  const last = createKeys(pool, createEncryption(fresh), LONG);
  await last.look();
  await jwtVerify(token, last.trusted.keys);
});
