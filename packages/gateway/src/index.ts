export { changes, choose, type Decision, type Facts } from './choose.ts';
export { type ClusterEvent, type ClusterOptions, type GatewayCluster, runCluster } from './cluster.ts';
export { type Outcome, readMismatches, readOutcomes, type StoredMismatch } from './control/evidence.ts';
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
export { type PostgresSourceOptions, postgresSource } from './control/postgres-source.ts';
export { applyGatewaySchema } from './control/schema.ts';
export { ERRORS, type ErrorCode } from './errors.ts';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export { type MemorySource, type MemorySourceOptions, memorySource } from './memory-source.ts';
export type * from './route-table.ts';
