/** A position in the write-ahead log: a byte offset, compared as a number. */
export type Lsn = bigint;

/** `0/16B3748` → 23803720n. Throws on anything else. */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text);
  if (!match) throw new TypeError(`Not a log sequence number: ${JSON.stringify(text)}`);
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** 23803720n → `0/16B3748`, as PostgreSQL writes it. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/**
 * Microseconds since 1970 as ISO 8601 in UTC, to the microsecond; what `pg_replication_origin_xact_setup` wants
 * as the time of a commit.
 */
export function formatMicros(micros: bigint): string {
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const rest = String(micros - millis * 1000n).padStart(3, '0');
  return new Date(Number(millis)).toISOString().replace('Z', `${rest}Z`);
}
