import { join } from 'node:path';
import { runningIn } from './claim.ts';
import { lastSaid } from './log-tail.ts';

/** Why the control plane of a plan's folder is not there although its `banyan up` runs, and what to do; null: it does not run. */
export function whyAbsent(directory: string): { message: string; hint: string } | null {
  const running = runningIn(directory);
  if (running.length === 0) return null;
  const log = join(directory, '.banyan', 'logs', 'controller.log');
  if (running.includes('controller'))
    return {
      message: 'the control plane does not answer yet, it is being started',
      hint: `try again in a moment; its log is ${log}`,
    };
  return {
    message: `banyan up runs, but its control plane ends again and again: ${lastSaid(log, 0) ?? 'it said nothing'}`,
    hint: `fix that, it is started again by itself; its log is ${log}`,
  };
}
