import { openSync, readSync } from 'node:fs';

/** Reads what the kernel's scheduler counts for the main thread: time on a processor, and time waiting for one. */
export function openScheduler(): () => { cpuMs: number | null; waitMs: number | null } {
  const unknown = () => ({ cpuMs: null, waitMs: null });
  let file: number;
  try {
    file = openSync('/proc/self/schedstat', 'r');
  } catch {
    return unknown; // no Linux, or a kernel without it
  }
  const buffer = Buffer.alloc(96);
  return () => {
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    const [cpu, wait] = text.split(' ').map(Number);
    return { cpuMs: cpu! / 1e6, waitMs: wait! / 1e6 };
  };
}
