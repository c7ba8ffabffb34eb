/** Running and driving Banyan from code: what `banyan up` and the other commands do, for tours, tests and tools. */

export { FULL_SHARE, parseTarget, type Stage, type Target } from '@banyan/plan/stages';
export { freePort } from '@banyan/postgres/free-port';
export { ControlClient, controlOrigin } from './api/client.ts';
export { type Control, ControlError, type ServiceStatus, type StepRecord } from './control/control.ts';
export { CONTROLLER_FLAGS } from './control/process-flags.ts';
export { pruneRecords } from './control/store/prune.ts';
export { type LoadedPlan, loadPlan } from './load-plan.ts';
export {
  type Identity,
  identify,
  noteProduction,
  type Production,
  productionFile,
  readProduction,
} from './preflight/identity.ts';
export { preflightInstances } from './preflight/instances.ts';
export { preflightPlan } from './preflight/preflight.ts';
export { wentBack } from './rollout/state.ts';
export { checkNobodyElse } from './up/holder.ts';
export { StartError } from './up/start-error.ts';
export { whenStarterIsGone } from './up/starter.ts';
export type { ProcessName } from './up/stopping.ts';
export { type Supervisor, startSupervisor } from './up/supervisor.ts';
