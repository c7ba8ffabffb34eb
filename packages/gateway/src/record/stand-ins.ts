import { createHmac } from 'node:crypto';

/**
 * Values that stand for others: of the same type, equal for equal ones, and telling nothing of them to whoever does not have the
 * key, which lives as long as one recording.
 */
export type StandIns = {
  /** Of something that names a row or a person: with so many digits that two of them are not taken for one. */
  id<T extends string | number>(value: T): T;
  /** Of anything else: the same form (an address, a date, a number of as many digits), so that a check of forms lets it pass. */
  value<T extends string | number>(value: T): T;
  /** Where a text falls between 0 and 1. */
  position(text: string): number;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;
const DIGITS = /^\d+$/;

/** More are not safe as a number. */
const MOST_DIGITS = 15;
/** Lengths of texts are rounded up, so that they tell little of a password; and are cut. */
const TEXT_STEP = 8;
const LONGEST_TEXT = 64;
const ID_TEXT = 16;
/** From which on a date is made up, for as many days. */
const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAYS = 9_000;
const DAY_MS = 86_400_000;

export function standIns(key: Buffer): StandIns {
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    id: (value) => likeId(value, digest(String(value))),
    value: (value) =>
      (typeof value === 'number'
        ? likeNumber(value, digest(String(value)))
        : likeText(value as string, digest(value as string))) as typeof value,
    position: (text) => digest(`position\0${text}`).readUInt32BE() / 2 ** 32,
  };
}

function likeId<T extends string | number>(value: T, digest: Buffer): T {
  if (typeof value === 'number') return Number(digits(digest, MOST_DIGITS)) as T;
  if (UUID.test(value)) return uuid(digest) as T;
  return (DIGITS.test(value) ? digits(digest, MOST_DIGITS) : letters(digest, ID_TEXT)) as T;
}

function likeNumber(value: number, digest: Buffer): number {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(value)) return 0;
  const whole = size < 1 ? '0' : digits(digest, Math.min(MOST_DIGITS, Math.floor(Math.log10(size)) + 1));
  const part = Number.isInteger(value) ? '' : `.${digits(digest.subarray(16), 2)}`;
  return Math.sign(value) * Number(whole + part);
}

function likeText(text: string, digest: Buffer): string {
  if (text === '') return '';
  if (UUID.test(text)) return uuid(digest);
  if (DIGITS.test(text)) return digits(digest, Math.min(MOST_DIGITS, text.length));
  if (ADDRESS.test(text)) return `${letters(digest, ID_TEXT)}@example.invalid`;
  if (DATE.test(text)) return momentOf(digest).slice(0, 10);
  const time = TIME.exec(text);
  if (time !== null) return momentOf(digest).slice(0, time[1] ? 19 : 16) + (time[3] ? 'Z' : '');
  const length = Math.ceil(text.length / TEXT_STEP) * TEXT_STEP;
  return letters(digest, Math.min(LONGEST_TEXT, length));
}

/** As many decimal digits, the first of them not 0. */
function digits(digest: Buffer, length: number): string {
  const least = 10n ** BigInt(length - 1);
  return String(least + (digest.readBigUInt64BE() % (9n * least)));
}

/** Lower case, a letter first: what most forms of names allow. */
function letters(digest: Buffer, length: number): string {
  return `x${digest.toString('hex')}`.slice(0, length);
}

function uuid(digest: Buffer): string {
  const hex = digest.toString('hex');
  const variant = 'x89ab'[1 + (digest[16]! & 3)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function momentOf(digest: Buffer): string {
  const day = digest.readUInt32BE() % DAYS;
  const second = digest.readUInt32BE(4) % 86_400;
  return new Date(FIRST_DAY + day * DAY_MS + second * 1_000).toISOString();
}
