import type { Context } from './context.ts';
import { error, type Finding } from './finding.ts';

const OLDEST = 140_000;

export async function checkServer({ source, target }: Context): Promise<Finding[]> {
  return [source, target]
    .filter(({ version }) => version < OLDEST)
    .map(({ is, version }) => ({
      ...error('version', `It is PostgreSQL ${Math.floor(version / 10_000)}.`, 'Use PostgreSQL 14 or later.'),
      end: is,
    }));
}
