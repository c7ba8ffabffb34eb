export { BUCKETS, bucket, bucketSql } from './bucket.ts';
export { BucketCache } from './bucket-cache.ts';
export { canonicalKey, canonicalKeySql } from './canonical.ts';
export { isServiceBucket, isServiceSide, isServiceSideSql } from './owner.ts';
