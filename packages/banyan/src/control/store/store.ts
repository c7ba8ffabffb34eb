import { readFileSync } from 'node:fs';
import type { Stage, Target } from '@banyan/plan/stages';
import { applySchema } from '@banyan/postgres';
import type pg from 'pg';
import type { Baseline } from '../../rollout/evidence/observation.ts';
import type { ServiceState } from '../../rollout/state.ts';
import type { LinkStatus, StepRecord } from '../control.ts';
import { type Reading, read } from './reading.ts';

/** SQL over schema `control`. `Queryable` so that a caller can put several calls into one transaction. */
export type Queryable = Pick<pg.PoolClient, 'query'>;

export async function applyControlSchema(pool: pg.Pool): Promise<void> {
  const sql = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'banyan-control', sql });
}

/** Wakes everybody who listens: controller, applier, gateways. */
export async function announce(db: Queryable): Promise<void> {
  await db.query(`NOTIFY banyan`);
}

/** Ms since 1970. */
export async function databaseClock(db: Queryable): Promise<number> {
  const { rows } = await db.query(`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`);
  return rows[0].now;
}

export async function ensureServices(db: Queryable, services: string[]): Promise<void> {
  await db.query(`INSERT INTO control.services (service) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, [
    services,
  ]);
}

type ServiceRow = {
  service: string;
  stage: Stage;
  share: number;
  target_stage: Stage;
  target_share: number;
  paused: string | null;
  message: string;
  since: Date | string;
  failed_steps: number;
  retry_at: Date | string | null;
  forced: boolean;
  reason: string;
  evidence_version: string | number;
  draining: boolean;
};

export const SERVICES: Reading<ServiceRow, ServiceState[]> = {
  sql: `SELECT * FROM control.services ORDER BY service`,
  meaning: (rows) => rows.map(toState),
};

export async function readServices(db: Queryable): Promise<ServiceState[]> {
  return await read(db, SERVICES);
}

function toState(row: ServiceRow): ServiceState {
  return {
    service: row.service,
    stage: row.stage,
    share: row.share,
    target: { stage: row.target_stage, share: row.target_share },
    paused: row.paused,
    message: row.message,
    since: new Date(row.since),
    failedSteps: row.failed_steps,
    retryAt: row.retry_at === null ? null : new Date(row.retry_at),
    forced: row.forced,
    reason: row.reason,
    evidenceVersion: Number(row.evidence_version),
    draining: row.draining,
  };
}

/** Where a service is to go, and why. */
export async function setTarget(
  db: Queryable,
  service: string,
  target: Target,
  { reason, forced = false }: { reason: string; forced?: boolean },
): Promise<void> {
  await db.query(
    `UPDATE control.services SET target_stage = $2, target_share = $3, forced = $4, reason = $5, message = $5,
       failed_steps = 0, retry_at = NULL, paused = NULL WHERE service = $1`,
    [service, target.stage, target.share, forced, reason],
  );
}

/** Goes on after a pause; evidence starts anew with the route table of `version`, or it would pause again at once. */
export async function restartEvidence(db: Queryable, service: string, version: number): Promise<void> {
  await db.query(
    `UPDATE control.services SET paused = NULL, failed_steps = 0, retry_at = NULL, since = clock_timestamp(),
       evidence_version = $2 WHERE service = $1`,
    [service, version],
  );
}

/** The rules of a service's routes have changed with the route table of `version`: what was counted before is void. */
export async function voidEvidence(
  db: Queryable,
  services: readonly string[],
  version: number,
): Promise<void> {
  await db.query(`UPDATE control.services SET evidence_version = $2 WHERE service = ANY ($1)`, [
    services,
    version,
  ]);
}

/** Arrival in a stage and share: evidence starts anew, with the route table of `version`. */
export async function enterStage(
  db: Queryable,
  service: string,
  { stage, share, version, draining = stage === 'retired' }: Arrival,
): Promise<void> {
  await db.query(
    `UPDATE control.services SET stage = $2, share = $3, evidence_version = $4, since = clock_timestamp(),
       failed_steps = 0, retry_at = NULL, forced = false, message = '', draining = $5 WHERE service = $1`,
    [service, stage, share, version, draining],
  );
}

/** `draining`: its links are not dropped at once; default: only of what retires. */
type Arrival = { stage: Stage; share: number; version: number; draining?: boolean };

/** Its links have brought all that was committed before it retired, or came back to the monolith. */
export async function endDraining(db: Queryable, service: string): Promise<void> {
  await db.query(`UPDATE control.services SET draining = false WHERE service = $1`, [service]);
}

/** Its link is dropped all the same. What may be missing stays on record: in its steps, and as its reason until the next wish. */
export async function giveUpDraining(db: Queryable, service: string, missing: string): Promise<void> {
  await db.query(
    `WITH given_up AS (
       UPDATE control.services SET draining = false, reason = concat_ws('; ', nullif(reason, ''), $2::text)
       WHERE service = $1 AND draining RETURNING service, stage
     )
     INSERT INTO control.steps (service, from_what, to_what, outcome, reason, ended_at)
     SELECT service, stage, stage, 'failed', $2, clock_timestamp() FROM given_up`,
    [service, missing],
  );
}

export async function readBaselines(db: Queryable): Promise<Record<string, Baseline>> {
  const { rows } = await db.query<{ service: string; body: Baseline }>(
    `SELECT service, body FROM control.baselines`,
  );
  return Object.fromEntries(rows.map(({ service, body }) => [service, body]));
}

export async function writeBaseline(db: Queryable, service: string, baseline: Baseline): Promise<void> {
  await db.query(
    `INSERT INTO control.baselines (service, body) VALUES ($1, $2)
     ON CONFLICT (service) DO UPDATE SET body = excluded.body`,
    [service, JSON.stringify(baseline)],
  );
}

/** What a write lock's counter said when `life`, the present one of the monolith's database, began. */
export type RefusalsBegun = { life: string; before: number };

export async function readRefusals(db: Queryable): Promise<Map<string, RefusalsBegun>> {
  const { rows } = await db.query<{ service: string; life: string; before: string }>(
    `SELECT service, life, before FROM control.refusals`,
  );
  return new Map(rows.map(({ service, life, before }) => [service, { life, before: Number(before) }]));
}

export async function writeRefusals(db: Queryable, service: string, begun: RefusalsBegun): Promise<void> {
  await db.query(
    `INSERT INTO control.refusals (service, life, before) VALUES ($1, $2, $3)
     ON CONFLICT (service) DO UPDATE SET life = excluded.life, before = excluded.before`,
    [service, begun.life, begun.before],
  );
}

export async function forgetRefusals(db: Queryable, services: readonly string[]): Promise<void> {
  await db.query(`DELETE FROM control.refusals WHERE service = ANY ($1)`, [services]);
}

export async function setMessage(db: Queryable, service: string, message: string): Promise<void> {
  await db.query(
    `UPDATE control.services SET message = $2 WHERE service = $1 AND message IS DISTINCT FROM $2`,
    [service, message],
  );
}

export async function pause(db: Queryable, service: string, reason: string): Promise<void> {
  await db.query(`UPDATE control.services SET paused = $2, message = $2 WHERE service = $1`, [
    service,
    reason,
  ]);
}

/** A step that failed cleanly is tried again after 0.25 s, 0.5 s, 1 s … at most 8 s. */
export async function noteFailedStep(db: Queryable, service: string, reason: string): Promise<void> {
  await db.query(
    `UPDATE control.services SET failed_steps = failed_steps + 1, message = $2,
       retry_at = clock_timestamp() + least(8, 0.25 * 2 ^ failed_steps) * interval '1 second' WHERE service = $1`,
    [service, reason],
  );
}

export async function beginStep(
  db: Queryable,
  step: { service: string; from: string; to: string; reason: string },
): Promise<number> {
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO control.steps (service, from_what, to_what, reason) VALUES ($1, $2, $3, $4) RETURNING id`,
    [step.service, step.from, step.to, step.reason],
  );
  return Number(rows[0]!.id);
}

export async function endStep(
  db: Queryable,
  id: number,
  outcome: 'done' | 'failed',
  fenceMs: number | null,
  reason?: string,
): Promise<void> {
  await db.query(
    `UPDATE control.steps SET outcome = $2, fence_ms = $3, ended_at = clock_timestamp(), reason = coalesce($4, reason) WHERE id = $1`,
    [id, outcome, fenceMs, reason ?? null],
  );
}

/** Steps that a killed controller left running: their fences are decided by then, so only the record is closed. */
export async function closeInterruptedSteps(db: Queryable): Promise<void> {
  await db.query(
    `UPDATE control.steps SET outcome = 'failed', ended_at = clock_timestamp(), reason = reason || ' (controller restarted)' WHERE outcome = 'running'`,
  );
}

export async function readSteps(db: Queryable, service: string | null, limit: number): Promise<StepRecord[]> {
  const { rows } = await db.query(
    `SELECT * FROM control.steps WHERE $1::text IS NULL OR service = $1 ORDER BY id DESC LIMIT $2`,
    [service, limit],
  );
  return rows.map((row) => ({
    id: Number(row.id),
    service: row.service,
    from: row.from_what,
    to: row.to_what,
    outcome: row.outcome,
    fenceMs: row.fence_ms,
    reason: row.reason,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  }));
}

export async function nextApplierEpoch(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ epoch: string }>(
    `UPDATE control.applier SET epoch = epoch + 1 RETURNING epoch`,
  );
  return Number(rows[0]!.epoch);
}

/** Locks the epoch against a starting applier for the rest of the transaction and compares it. */
export async function applierEpochIs(db: Queryable, epoch: number): Promise<boolean> {
  const { rows } = await db.query<{ epoch: string }>(`SELECT epoch FROM control.applier FOR SHARE`);
  return Number(rows[0]?.epoch) === epoch;
}

export async function writeLinks(
  db: Queryable,
  links: Array<LinkStatus & { service: string }>,
): Promise<void> {
  await db.query(
    `INSERT INTO control.links (link, service, status)
     SELECT l ->> 'link', l ->> 'service', l - 'service' FROM jsonb_array_elements($1::jsonb) l
     ON CONFLICT (link) DO UPDATE SET status = excluded.status, updated_at = clock_timestamp()`,
    [JSON.stringify(links)],
  );
}

type LinkRow = { service: string; status: LinkStatus; stale: boolean };

/** A row that the applier has not refreshed for 5 s says nothing any more: the applier is down. */
export const LINKS: Reading<LinkRow, Array<LinkStatus & { service: string }>> = {
  sql: `SELECT service, status, updated_at < clock_timestamp() - interval '5 seconds' AS stale FROM control.links ORDER BY link`,
  meaning: (rows) =>
    rows.map(({ service, status, stale }) =>
      stale && status.state !== 'off'
        ? { ...status, service, state: 'reconnecting', error: 'the applier does not report' }
        : { ...status, service },
    ),
};
