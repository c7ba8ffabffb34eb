export { changes, choose, type Decision, type Facts } from './choose.ts';
export type { ClientLimits } from './client-limits.ts';
export {
  type ClusterEvent,
  type ClusterOptions,
  DRAIN_MS,
  type GatewayCluster,
  runCluster,
} from './cluster.ts';
export {
  type EvidenceRow,
  forgetKeysSeen,
  type KeysSeen,
  keysSeen,
  readEvidence,
  readFailures,
  readMismatches,
  readStoredEvidence,
  readUnwell,
  type StoredFailure,
  type StoredMismatch,
  UNWELL_INSTANCES,
  type UnwellInstance,
} from './control/evidence.ts';
export {
  type AwaitAcksOptions,
  abortFence,
  abortOpenFences,
  awaitAcks,
  commitFence,
  countLiveWorkers,
  FenceError,
  type FenceErrorCode,
  fenceState,
  type OpenFenceOptions,
  openFence,
  publishTable,
  readTable,
} from './control/fence.ts';
export { LEASE_MS, type PostgresSourceOptions, postgresSource } from './control/postgres-source.ts';
export { prune } from './control/prune.ts';
export { rollUp } from './control/roll-up.ts';
export { addRouteKeys, ROUTE_KEYS, readRouteKeys } from './control/route-keys.ts';
export { applyGatewaySchema } from './control/schema.ts';
export { type Outcome, PLACES, type StoredOutcome, toStored } from './control/stored-outcome.ts';
export { placeOf } from './credentials.ts';
export { ERRORS, type ErrorCode } from './errors.ts';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export { type MemorySource, type MemorySourceOptions, memorySource } from './memory-source.ts';
export { FAILURE_REASONS, type FailureReason, OWN_ERRORS } from './outcome-reasons.ts';
export { AWAKE, nextRest, type Rest, reasonToRest, type UsersWait, usersWaitOf } from './rest.ts';
export type { RouteKeysSeen } from './route-keys.ts';
export type * from './route-table.ts';
export { BOUNDS_MS } from './stats.ts';
