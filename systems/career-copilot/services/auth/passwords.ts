import type { PasswordHasher } from '@banyan/service';
import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { hash as bcryptHash, verify as bcryptVerify } from '@node-rs/bcrypt';
import { type PasswordScheme, schemeOf } from './decide.ts';

/** Hashes by `scheme`, and takes hashes of either. */
export function hasherOf(scheme: PasswordScheme, bcryptCost: number): PasswordHasher {
  return {
    hash: (password) =>
      scheme === 'argon2id' ? argon2Hash(password) : bcryptHash(password, { cost: bcryptCost }),
    verify: async (password, passwordHash) => {
      switch (schemeOf(passwordHash)) {
        case 'argon2id':
          return await argon2Verify(passwordHash, password);
        case 'bcrypt':
          return await bcryptVerify(password, passwordHash);
        default:
          return false;
      }
    },
  };
}
