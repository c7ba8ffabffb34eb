import { createHash } from 'node:crypto';
import { hash } from '@node-rs/bcrypt';

const PASSWORDS = 5;

/** The password of the nth generated user, `demo-password-1` to `-5`. */
export function demoPassword(n: number): string {
  return `demo-password-${1 + (n % PASSWORDS)}`;
}

/** The refresh token that the nth generated user holds since before. */
export function demoRefreshToken(n: number): string {
  return `demo-refresh-token-${n}`;
}

/** Of the password of each user by number. Fixed salts: a demo hash is the same every time, as is everything else. */
export async function demoHashes(cost: number): Promise<(n: number) => string> {
  const hashes = await Promise.all(
    Array.from({ length: PASSWORDS }, (_, i) =>
      hash(demoPassword(i), { cost, salt: createHash('md5').update(`demo salt ${i}`).digest() }),
    ),
  );
  return (n) => hashes[n % PASSWORDS]!;
}
