import { readFileSync } from 'node:fs';

/** Kernel clock ticks of a second, in which /proc counts CPU time. */
const TICKS = 100;

/** CPU milliseconds of a process so far, all its threads. */
export function cpuOf(pid: number): number {
  return cpuFields(pid, 11, 13);
}

/** Also of the processes that it has started and that have ended. */
export function cpuOfAll(pid: number): number {
  return cpuFields(pid, 11, 15);
}

function cpuFields(pid: number, from: number, to: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const ticks = fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0);
  return (ticks / TICKS) * 1000;
}
