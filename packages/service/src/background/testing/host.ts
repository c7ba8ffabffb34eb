import type { Db } from '@banyan/postgres';
import pino from 'pino';
import { Registry } from 'prom-client';

/** What work of its own accord is given of its service, with what it logs from `warn` on. */
export function aHost(pool: Db) {
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  return { pool, log, metrics: new Registry(), logged };
}
