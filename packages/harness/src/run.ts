/** What runs a system: environments, load and audit, for tests and tools. */
export { type AuditResult, audit, unbalanced } from './audit/audit.ts';
export { auditFacts } from './audit/audit-facts.ts';
export type { FactsResult } from './audit/facts.ts';
export { type FactsListener, listenToFacts } from './audit/listen.ts';
export { sidesOf } from './audit/sides.ts';
export { removeRun } from './directory.ts';
export { type Environment, type EnvironmentOptions, startEnvironment } from './environment/environment.ts';
export { type ManagedProcess, startProcess } from './environment/process.ts';
export { unlessAborted } from './environment/unless-aborted.ts';
export { freePorts } from './free-ports.ts';
export { createClient } from './load/client.ts';
export { type LoadOptions, type LoadStats, type RunningLoad, startLoad } from './load/engine.ts';
export { loadsOf } from './load/load.ts';
export { spawnLoad } from './load/process.ts';
export { createRecorder } from './load/stats.ts';
export { stopOnSignal } from './stop-on-signal.ts';
export { measureSpeed, scaleFor } from './tour/machine.ts';
