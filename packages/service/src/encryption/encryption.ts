import { createHash } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import { Type } from 'typebox';

/** Of a service that keeps secrets of others, or keys of its own, in its database. */
export const EncryptionConfig = Type.Object({
  /**
   * Keys of 32 bytes in base64url, separated by commas: `openssl rand 32 | basenc --base64url`. The first encrypts, all
   * decrypt: put a new one in front, and take an old one away when nothing is encrypted with it any more.
   */
  ENCRYPTION_KEYS: Type.String({ secret: true, minLength: 1 }),
});

/** Text that is kept encrypted: readable with the keys alone, and only for what it was written for. */
export type Encryption = {
  /** JWE (RFC 7516) in its compact form. `context` says whose it is and what for, e.g. `oauth-token:7`. */
  encrypt(text: string, context: string): Promise<string>;
  /** Throws `EncryptionError` if none of the keys encrypted it, if it was changed, or belongs to another context. */
  decrypt(encrypted: string, context: string): Promise<string>;
  /** Whether it was encrypted with the key that encrypts now; if not, encrypt it again. */
  isCurrent(encrypted: string): boolean;
};

export class EncryptionError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(`${message}\n  hint: ${hint}`);
    this.name = 'EncryptionError';
    this.hint = hint;
  }
}

/** `keys` as ENCRYPTION_KEYS has them. Throws `EncryptionError` that never shows a key. */
export function createEncryption(keys: string): Encryption {
  const byId = new Map(keys.split(',').map(parseKey));
  const [[currentId, current]] = byId.entries().toArray() as [[string, Uint8Array]];
  return {
    encrypt: async (text, context) =>
      await new CompactEncrypt(new TextEncoder().encode(text))
        // The header is authenticated with the text: what is moved to another place is not read there.
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: currentId, ctx: context })
        .encrypt(current),
    decrypt: async (encrypted, context) => {
      const { kid, ctx } = headerOf(encrypted);
      const key = byId.get(String(kid));
      if (!key) {
        throw new EncryptionError(
          `${context} is encrypted with the key ${kid}, which is not there`,
          `add it to ENCRYPTION_KEYS, which has ${[...byId.keys()].join(', ')}`,
        );
      }
      if (ctx !== context) throw changed(context);
      try {
        const { plaintext } = await compactDecrypt(encrypted, key, OPTIONS);
        return new TextDecoder().decode(plaintext);
      } catch (error) {
        if (error instanceof errors.JOSEError) throw changed(context);
        throw error;
      }
    },
    isCurrent: (encrypted) => headerOf(encrypted).kid === currentId,
  };
}

const OPTIONS = {
  keyManagementAlgorithms: ['dir'],
  contentEncryptionAlgorithms: ['A256GCM'],
};

/** A key is named by the beginning of its hash: that tells which one is missing, and nothing of it. */
function parseKey(text: string, index: number): [id: string, key: Uint8Array] {
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== 32 || key.toString('base64url') !== text.trim().replace(/=+$/, '')) {
    throw new EncryptionError(
      `key ${index + 1} of ENCRYPTION_KEYS is not 32 bytes in base64url`,
      'make one by: openssl rand 32 | basenc --base64url',
    );
  }
  return [createHash('sha256').update(key).digest('hex').slice(0, 8), new Uint8Array(key)];
}

function headerOf(encrypted: string): { kid?: unknown; ctx?: unknown } {
  try {
    return decodeProtectedHeader(encrypted);
  } catch {
    return {};
  }
}

function changed(context: string): EncryptionError {
  return new EncryptionError(
    `${context} was changed since it was encrypted, or belongs elsewhere`,
    'restore it from a backup, or remove it and let it be made anew',
  );
}
