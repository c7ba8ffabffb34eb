export { tokenLocationOf } from './authenticate/credentials.ts';
export { changes, choose, type Decision, type RequestAttributes } from './choose/choose.ts';
export {
  nextThrottle,
  type Throttle,
  throttleReason,
  UNTHROTTLED,
  type UserLatency,
  userLatencyOf,
} from './compare/throttle.ts';
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
  commitFences,
  countLiveWorkers,
  FenceError,
  type FenceErrorCode,
  type FencesOfStep,
  fenceState,
  openFences,
  publishTable,
  readTable,
  withdrawFences,
} from './control/fence.ts';
export { type MemorySource, type MemorySourceOptions, memorySource } from './control/memory-source.ts';
export { LEASE_MS, type PostgresSourceOptions, postgresSource } from './control/postgres-source.ts';
export { prune } from './control/prune.ts';
export { rollUp } from './control/roll-up.ts';
export { addRouteKeys, ROUTE_KEYS, readRouteKeys } from './control/route-keys.ts';
export type * from './control/route-table.ts';
export { applyGatewaySchema } from './control/schema.ts';
export { OUTCOME_INDEX, type Outcome, type StoredOutcome, toStored } from './control/stored-outcome.ts';
export { ERRORS, type ErrorCode } from './errors.ts';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export type { ClientLimits } from './limit/client-limits.ts';
export { FAILURE_REASONS, type FailureReason, OWN_ERRORS } from './observe/outcome-reasons.ts';
export type { RouteKeysSeen } from './observe/route-keys.ts';
export { BOUNDS_MS } from './observe/stats.ts';
export {
  type ClusterEvent,
  type ClusterOptions,
  type GatewayCluster,
  runCluster,
} from './worker/cluster.ts';
export { DRAIN_MS } from './worker/drain.ts';
