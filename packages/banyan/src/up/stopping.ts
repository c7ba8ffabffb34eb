import { DRAIN_MS } from '@banyan/gateway/drain';

export type ProcessName = 'applier' | 'controller' | 'gateway';

/**
 * How long each process may take to stop before it is killed, ms, whoever stops it. The gateway first lets its users'
 * requests end.
 */
export const STOP_MS: Readonly<Record<ProcessName, number>> = {
  applier: 15_000,
  controller: 15_000,
  gateway: DRAIN_MS + 10_000,
};
