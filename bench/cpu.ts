import { readFileSync } from 'node:fs';

/** Kernel clock ticks of a second, in which /proc counts CPU time. */
const TICKS = 100;

/** CPU milliseconds of a process so far, all its threads. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1000;
}
