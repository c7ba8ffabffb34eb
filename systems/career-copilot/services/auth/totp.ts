import { createHmac, timingSafeEqual } from 'node:crypto';

/** What authenticator apps take without asking: RFC 6238 with SHA-1, six digits, a new code each 30 s. */
const STEP_MS = 30_000;
const DIGITS = 6;
/** Codes of the steps before and after are good too: clocks of phones differ. */
const DRIFT = 1;

/** The code of the time step `step` (RFC 4226, section 5.3). */
export function codeAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.at(-1)! & 0xf;
  const number = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** DIGITS;
  return String(number).padStart(DIGITS, '0');
}

/**
 * The time step of a code that is good now and was not used before: `lastStep` is the newest that was. Null: it is not good. Each
 * code is good once, or whoever reads it over a shoulder could use it too (RFC 6238, section 5.2).
 */
export function stepOf(secret: Uint8Array, code: string, now: Date, lastStep: number): number | null {
  const current = Math.floor(now.getTime() / STEP_MS);
  for (let step = current - DRIFT; step <= current + DRIFT; step++) {
    if (step > lastStep && step >= 0 && isSame(codeAt(secret, step), code)) return step;
  }
  return null;
}

/** What authenticator apps read out of a QR code. */
export function otpauthUri(
  secret: Uint8Array,
  { issuer, account }: { issuer: string; account: string },
): string {
  const label = [issuer, account].map(encodeURIComponent).join(':');
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}

/** RFC 4648 without padding, as authenticator apps show it. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
