import { BUCKETS, bucket, bucketSql } from './bucket.ts';

/** Is a bucket on the service's side when `share` basis points of all keys are? No key: only once all of them are. */
export function isServiceBucket(share: number, bucket: number | null): boolean {
  if (share >= BUCKETS) return true;
  return bucket !== null && bucket < share;
}

/** Whether the service owns the key when `share` basis points of all keys are on its side. */
export function isServiceSide(share: number, salt: string, key: string | null): boolean {
  return isServiceBucket(share, key === null ? null : bucket(salt, key));
}

/**
 * A boolean SQL expression: does the service own the row? A row without a key is nobody's on the service's side, so
 * the monolith owns it below 100 %.
 */
export function isServiceSideSql(share: number, expr: string, salt: string): string {
  if (share <= 0) return 'false';
  if (share >= BUCKETS) return 'true';
  return `coalesce(${bucketSql(expr, salt)} < ${Math.trunc(share)}, false)`;
}
