import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createEncryption, EncryptionError } from './encryption.ts';

const aKey = () => randomBytes(32).toString('base64url');
const [first, second] = [aKey(), aKey()];
const encryption = createEncryption(first);

describe('what is kept encrypted', () => {
  it('is read again for what it was written for, and for nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.string(),
        async (text, context, other) => {
          const encrypted = await encryption.encrypt(text.toWellFormed(), context.toWellFormed());
          assert.equal(await encryption.decrypt(encrypted, context.toWellFormed()), text.toWellFormed());
          if (other.toWellFormed() !== context.toWellFormed())
            await assert.rejects(encryption.decrypt(encrypted, other.toWellFormed()), EncryptionError);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is never the same twice', async () => {
    assert.notEqual(await encryption.encrypt('text', 'a'), await encryption.encrypt('text', 'a'));
  });

  it('is refused when a character of it was changed', async () => {
    const encrypted = await encryption.encrypt('a secret', 'token:7');
    for (const at of encrypted.split('').keys()) {
      if (encrypted[at] === '.') continue;
      // A character away, so that it is another byte and not only another way to write the last bits.
      const changed = `${encrypted.slice(0, at)}${encrypted[at] === 'A' ? 'z' : 'A'}${encrypted.slice(at + 1)}`;
      const bytes = (text: string) =>
        text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
      if (bytes(changed).join() === bytes(encrypted).join()) continue;
      await assert.rejects(encryption.decrypt(changed, 'token:7'), EncryptionError);
    }
  });

  it('is refused when it is no such text at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), (text) => assert.rejects(encryption.decrypt(text, 'a'), EncryptionError)),
      { numRuns: 100 },
    );
  });
});

describe('keys', () => {
  it('are changed by putting a new one in front; the old one still decrypts', async () => {
    const old = await encryption.encrypt('text', 'a');
    const both = createEncryption(`${second}, ${first}`);
    assert.equal(await both.decrypt(old, 'a'), 'text');
    assert.deepEqual([both.isCurrent(old), both.isCurrent(await both.encrypt('text', 'a'))], [false, true]);
  });

  it('that are missing are named, not shown', async () => {
    const old = await encryption.encrypt('text', 'a');
    const error: unknown = await createEncryption(second)
      .decrypt(old, 'a')
      .catch((reason) => reason);
    assert.ok(error instanceof EncryptionError);
    assert.match(error.message, /encrypted with the key [0-9a-f]{8}, which is not there\n {2}hint: add it/);
    assert.ok(!error.message.includes(first) && !error.message.includes(second));
  });

  it('of another length or alphabet are refused by their place', () => {
    for (const bad of ['', 'short', `${first}=x`, aKey().slice(1), `${aKey()}AA`, 'ä'.repeat(43)])
      assert.throws(() => createEncryption(`${first},${bad}`), /key 2 of ENCRYPTION_KEYS is not 32 bytes/);
  });
});
