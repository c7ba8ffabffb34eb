import {
  databasesOf,
  isLinked,
  type LinkedService,
  type ResolvedPlan,
  type ResolvedService,
} from '@banyan/plan';
import { createPool, quoteIdent } from '@banyan/postgres';
import { type Finding, openLink, tryGuard } from '@banyan/replication';
import { checkCapacity } from './capacity.ts';
import { checkControlDatabase } from './control-database.ts';
import { checkFacts } from './facts.ts';
import type { PreflightFinding } from './finding.ts';
import { checkDirect } from './pooler.ts';
import { stageConflicts } from './stage-conflicts.ts';
import { proposeUnmoved } from './unmoved-proposals.ts';
import { checkVerificationPace } from './verification-pace.ts';

/** How long a database may take to answer at all, ms. */
const ANSWER_MS = 5_000;

/**
 * Asks every database of the plan whether it can do what the plan wants of it, in both directions. Changes nothing; with
 * `trial` it also tries the write locks on the monolith, in transactions that are rolled back.
 * Links that touch a database which does not answer, or takes no writes, are left out: its own finding says so. Each thing is told once.
 */
export async function preflightPlan(
  plan: ResolvedPlan,
  { trial = false }: { trial?: boolean } = {},
): Promise<PreflightFinding[]> {
  const unusable = new Map<string, PreflightFinding>();
  await Promise.all(
    databasesOf(plan).map(async ([where, url]) => {
      const finding = await tryToReach(where, url);
      if (finding) unusable.set(url, finding);
    }),
  );
  const linked = Object.values(plan.services)
    .filter(isLinked)
    .filter(({ database }) => !unusable.has(database) && !unusable.has(plan.monolith.database));
  const findings = await Promise.all([
    unusable.has(plan.control.database) ? [] : checkControl(plan),
    checkCapacity(plan, new Set(unusable.keys())),
    ...linked.map((service) => preflightService(plan, service)),
  ]);
  const found = findings.flat();
  // Where something is missing, that is what the trial would say too.
  const ready = !found.some(({ severity, where }) => severity === 'error' && where === 'monolith.database');
  const tried = trial && ready && plan.monolith.writeLocks ? await tryLocks(plan, linked) : [];
  return once([...unusable.values(), ...found, ...tried]);
}

async function checkControl(plan: ResolvedPlan): Promise<PreflightFinding[]> {
  const findings = await checkControlDatabase(plan.control.database);
  // Whom its tables belong to is known to be wrong: they could not be read.
  if (findings.length > 0) return findings;
  const standing = await stageConflicts(plan);
  return standing.map((one) => ({ ...one, code: 'standing', severity: 'error' }));
}

async function tryLocks(plan: ResolvedPlan, services: ResolvedService[]): Promise<PreflightFinding[]> {
  const { database, cascades, role } = plan.monolith;
  const pool = createPool(database, { max: 1, applicationName: 'banyan-check', exact: true });
  try {
    const findings: Finding[] = [];
    // One after another: two trials would stand in one another's way.
    for (const { name: service, tables, salt } of services)
      findings.push(...(await tryGuard(pool, { service, tables, salt, cascades, role: role ?? undefined })));
    return findings.map((finding) => ({ ...finding, where: 'monolith.database' }));
  } finally {
    await pool.end();
  }
}

async function preflightService(plan: ResolvedPlan, service: LinkedService): Promise<PreflightFinding[]> {
  const { name, database, tables, salt } = service;
  const monolith = plan.monolith.database;
  const links = [
    openLink({ service: name, direction: 'forward', source: monolith, target: database, tables, salt }),
    openLink({ service: name, direction: 'reverse', source: database, target: monolith, tables, salt }),
  ];
  const places = { monolith: 'monolith.database', service: `services.${name}.database` };
  const findings = await Promise.all(
    links.map(async (link) =>
      (await link.preflight()).map((finding) => ({
        ...finding,
        where: finding.end ? places[finding.end] : link.names.link,
      })),
    ),
  );
  return [...findings.flat(), ...(await checkFacts(service)), ...(await adviceFor(plan, service))];
}

async function adviceFor(plan: ResolvedPlan, service: ResolvedService): Promise<PreflightFinding[]> {
  const pool = createPool(plan.monolith.database, { max: 1, statementTimeoutMs: ANSWER_MS });
  try {
    const proposals = await proposeUnmoved(plan, service, pool);
    const tooSlow = await checkVerificationPace(service, pool);
    return [
      ...proposals.map((finding) => ({ ...finding, where: 'unmoved' })),
      ...tooSlow.map((finding) => ({ ...finding, where: `services.${service.name}.rollout` })),
    ];
  } finally {
    await pool.end();
  }
}

/** Both links, and several services, look at the same databases. */
function once(findings: PreflightFinding[]): PreflightFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ where, code, table, message }) => {
    const key = JSON.stringify([where, code, table, message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

type Access = { role: string; database: string; standby: boolean; read_only: boolean };

function readOnly(
  where: string,
  { role, database, standby, read_only: isReadOnly }: Access,
): PreflightFinding | null {
  const finding = { where, code: 'read_only', severity: 'error' } as const;
  if (standby)
    return {
      ...finding,
      message: 'The database is a standby, which takes no writes.',
      hint: 'Name its primary in the plan.',
    };
  if (!isReadOnly) return null;
  const message = `The role ${role} may only read here (default_transaction_read_only).`;
  const sql = [
    `ALTER ROLE ${quoteIdent(role)} IN DATABASE ${quoteIdent(database)} SET default_transaction_read_only = off`,
  ];
  return { ...finding, message, hint: `Run ${sql.join('; ')}`, sql };
}

async function tryToReach(where: string, url: string): Promise<PreflightFinding | null> {
  const pooled = await checkDirect(where, url, ANSWER_MS);
  if (pooled) return pooled;
  const pool = createPool(url, { max: 1, statementTimeoutMs: ANSWER_MS });
  pool.options.connectionTimeoutMillis = ANSWER_MS;
  try {
    const { rows } = await pool.query(
      `SELECT current_user AS role, current_database() AS database, pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::bool AS read_only`,
    );
    return readOnly(where, rows[0]);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return {
      where,
      code: 'unreachable',
      message: `The database does not answer: ${message || code}`,
      hint: 'Start it, or correct the URL in the plan.',
      severity: 'error',
    };
  } finally {
    await pool.end();
  }
}
