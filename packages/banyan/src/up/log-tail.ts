import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** As much of a log's end as is looked at, bytes. */
const TAIL_BYTES = 16_384;

/**
 * The last thing that a process has said in its log since `from` (bytes), for a person at a terminal: the last error if
 * there is one, else the last line. Null when it has said nothing.
 */
export function lastSaid(file: string, from: number): string | null {
  const lines = readEnd(file, from)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readLine);
  return (lines.findLast(({ isError }) => isError) ?? lines.at(-1))?.text ?? null;
}

/** A line of pino's, or of anything that writes to the same file. */
function readLine(line: string): { text: string; isError: boolean } {
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number;
      msg?: string;
      err?: { message?: string };
    };
    return { text: [msg, err?.message].filter(Boolean).join(': ') || line, isError: (level ?? 0) >= 50 };
  } catch {
    return { text: line, isError: /^\w*error\b/i.test(line) };
  }
}

function readEnd(file: string, from: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(from, size - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    readSync(descriptor, bytes, 0, bytes.length, start);
    return bytes.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}
