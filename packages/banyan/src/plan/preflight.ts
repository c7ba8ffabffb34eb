import { createPool } from '@banyan/postgres';
import { type Finding, openLink } from '@banyan/replication';
import type { ResolvedPlan, ResolvedService } from './resolved.ts';
import { proposeUnmoved } from './unmoved-proposals.ts';

/** Something about a database that the plan names; `where` is a path in the plan or a link. */
export type PreflightFinding = Finding & { where: string };

/** How long a database may take to answer at all, ms. */
const ANSWER_MS = 5_000;

/**
 * Asks every database of the plan whether it can do what the plan wants of it, in both directions. Changes nothing.
 * Links that touch a database which does not answer are left out: its own finding says so.
 */
export async function preflightPlan(plan: ResolvedPlan): Promise<PreflightFinding[]> {
  const services = Object.values(plan.services);
  const unreachable = new Map<string, PreflightFinding>();
  await Promise.all(
    [
      ['monolith.database', plan.monolith.database] as const,
      ['control.database', plan.control.database] as const,
      ...services.map(({ name, database }) => [`services.${name}.database`, database] as const),
    ].map(async ([where, url]) => {
      const finding = await tryToReach(where, url);
      if (finding) unreachable.set(url, finding);
    }),
  );
  const linked = services.filter(
    ({ database, tables }) =>
      tables.length > 0 && !unreachable.has(database) && !unreachable.has(plan.monolith.database),
  );
  const findings = await Promise.all(linked.map((service) => preflightService(plan, service)));
  return [...unreachable.values(), ...findings.flat()];
}

async function preflightService(plan: ResolvedPlan, service: ResolvedService): Promise<PreflightFinding[]> {
  const { name, database, tables, salt } = service;
  const monolith = plan.monolith.database;
  const links = [
    openLink({ service: name, direction: 'forward', source: monolith, target: database, tables, salt }),
    openLink({ service: name, direction: 'reverse', source: database, target: monolith, tables, salt }),
  ];
  const findings = await Promise.all(
    links.map(async (link) =>
      (await link.preflight()).map((finding) => ({ ...finding, where: link.names.link })),
    ),
  );
  return [...findings.flat(), ...(await proposalsFor(plan, service))];
}

async function proposalsFor(plan: ResolvedPlan, service: ResolvedService): Promise<PreflightFinding[]> {
  const pool = createPool(plan.monolith.database, { max: 1, statementTimeoutMs: ANSWER_MS });
  try {
    const proposals = await proposeUnmoved(plan, service, pool);
    return proposals.map((finding) => ({ ...finding, where: 'unmoved' }));
  } finally {
    await pool.end();
  }
}

async function tryToReach(where: string, url: string): Promise<PreflightFinding | null> {
  const pool = createPool(url, { max: 1, statementTimeoutMs: ANSWER_MS });
  pool.options.connectionTimeoutMillis = ANSWER_MS;
  try {
    await pool.query('SELECT 1');
    return null;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return {
      where,
      code: 'unreachable',
      message: `The database does not answer: ${message || code}`,
      mend: 'Start it, or correct the URL in the plan.',
      severity: 'error',
    };
  } finally {
    await pool.end();
  }
}
