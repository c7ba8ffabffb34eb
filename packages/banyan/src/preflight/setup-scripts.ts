import { databasesOf, type ResolvedPlan } from '@banyan/plan';
import type { PreflightFinding } from './finding.ts';

/** What somebody with the right to do so has to run in one database before `banyan up`. */
export type SetupScript = { where: string; sql: string };

/** One script for each database of the plan, with what is still missing there. No password is shown. */
export function setupScripts(plan: ResolvedPlan, findings: PreflightFinding[]): SetupScript[] {
  return databasesOf(plan).map(([where, url]) => {
    const own = findings.filter((finding) => finding.where === where && finding.severity === 'error');
    const statements = [...new Set(own.flatMap(({ sql = [] }) => sql))];
    const byHand = own.filter(({ sql }) => !sql).map(({ message, hint }) => `${message} ${hint}`);
    const lines = [
      ...describe(where, url),
      ...statements.map((statement) => `${statement};`),
      ...byHand.map((text) => `-- by hand: ${text.replaceAll('\n', ' ')}`),
      ...(own.length === 0 ? ['-- nothing is missing'] : []),
      ...(own.some(({ code }) => code === 'wal_level') ? ['-- then restart the server'] : []),
    ];
    return { where, sql: `${lines.join('\n')}\n` };
  });
}

function describe(where: string, url: string): string[] {
  const { hostname, port, pathname } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  const host = hostname || 'localhost';
  return [
    `-- ${where}: run this in the database ${database} on ${host}:${port || 5432}, as a superuser, e.g. by`,
    `--   psql -h ${host} -p ${port || 5432} -U postgres -d ${shellWord(database)}`,
  ];
}

/** As a shell takes it for one word, whatever stands in it. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
