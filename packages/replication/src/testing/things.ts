import { copy, type TableMapping, table } from '../mapping/mapping.ts';
import type { Running } from './support.ts';

/** A plain table, the same on both sides. */
export const THINGS = 'CREATE TABLE things (id int PRIMARY KEY, a text, b text)';

export function things(more: Partial<Parameters<typeof table>[0]> = {}): TableMapping {
  return table({ legacy: 'things', columns: [copy('id', 'a', 'b')], ...more });
}

export async function finish(dbs: { close(): Promise<void> }, running: Running): Promise<void> {
  await running.stop().catch(() => {});
  await running.link.drop();
  await dbs.close();
}
