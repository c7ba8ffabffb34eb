import { env } from '@banyan/banyan';
import { variableOf } from '@banyan/harness/system';
import { system } from '../system.ts';

/** Where a service is. */
export function urlOf(service: (typeof system.services)[number]): string {
  return env(variableOf(system, service, 'URL'), 'http://127.0.0.1:8001');
}

/** Issuers whose tokens every service verifies itself. */
export const ACCEPTED: string[] = [];
