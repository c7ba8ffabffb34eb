import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type Value = string | number | boolean | Date | null | readonly string[] | Record<string, unknown>;

/** Lines are sent in pieces of about this many characters, so that memory stays flat at any size. */
const CHUNK = 256 * 1024;

/** COPYs rows into a table of ours; `columns` are trusted names. Returns how many rows there were. */
export async function copyRows(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Value[]>,
): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  const done = finished(stream);
  // Looked at below; without a handler here a failure while we wait for 'drain' would go unhandled.
  done.catch(() => {});
  let count = 0;
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.map(text).join('\t')}\n`;
    count++;
    if (chunk.length >= CHUNK) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), done]);
      chunk = '';
    }
  }
  stream.end(chunk);
  await done;
  return count;
}

function text(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return escapeText(value);
  if (Array.isArray(value)) return escapeText(`{${value.map(arrayElement).join(',')}}`);
  return escapeText(JSON.stringify(value));
}

function escapeText(value: string): string {
  return /[\\\n\r\t]/.test(value) ? value.replace(/[\\\n\r\t]/g, (c) => ESCAPES[c] ?? c) : value;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function arrayElement(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
