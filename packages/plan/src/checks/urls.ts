import { type PlanProblem, problem } from '../problem.ts';
import type { SoundPlan } from './sound-parts.ts';

/** URLs of databases that have the look of one, and that no client can read. */
export function checkDatabaseUrls({ monolith, control, services }: SoundPlan): PlanProblem[] {
  const all: [path: string, url: string | null | undefined][] = [
    ['monolith.database', monolith.database],
    ['control.database', control.database],
    ...services.map(({ path, database }): [string, string | null | undefined] => [
      `${path}.database`,
      database,
    ]),
  ];
  return all.flatMap(([path, url]) =>
    !url || isReadable(url) ? [] : [problem(path, url, 'cannot be read as a URL', HINT)],
  );
}

const HINT =
  'write what is special in user and password as encodeURIComponent does, e.g. @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25';

function isReadable(url: string): boolean {
  // Without a host it is the machine's own socket, which PostgreSQL takes and a URL cannot say.
  return URL.canParse(url.replace('@/', '@localhost/'));
}
