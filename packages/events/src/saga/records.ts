import type pg from 'pg';
import { type FailedAttempt, SagaError } from './errors.ts';
import { parseRecordName } from './names.ts';

const SAGA_STATES = ['PENDING', 'RUNNING', 'COMPLETED', 'COMPENSATING', 'FAILED', 'STUCK'] as const;

/**
 * PENDING: not begun. RUNNING: steps are done, or waited in. COMPLETED: all are done. COMPENSATING: a step failed,
 * compensations are done. FAILED: they are all done. STUCK: one cannot be done, or the saga broke off: waits for an
 * operator.
 */
export type SagaState = (typeof SAGA_STATES)[number];

export type SagaStatus = {
  id: string;
  saga: string;
  version: number;
  service: string;
  state: SagaState;
  correlationId: string;
  /** RFC 3339, UTC. */
  startedAt: string;
  updatedAt: string;
  endedAt: string | null;
  /** The step that failed, or whose compensation did. */
  failure: { step: string; message: string } | null;
  /** A compensation that has failed and is tried again. */
  compensating: { step: string; since: string; attempts: number; cause: string; nextAt: string } | null;
  /** It has not ended, and no living process knows its definition. */
  orphaned: boolean;
};

export type SagaStepRecord = {
  step: string;
  what: 'action' | 'compensation';
  outcome: 'done' | 'failed';
  attempts: number;
  failed: readonly FailedAttempt[];
  result?: unknown;
  startedAt: string;
  endedAt: string;
};

export type SagaDetails = SagaStatus & {
  input: unknown;
  deadlineAt: string | null;
  /** Broken off with this, outside of any step. */
  error: string | null;
  steps: SagaStepRecord[];
  waitsFor: { step: string; signal?: string; until?: string } | null;
  /** What operators did. */
  mends: {
    step: string | null;
    action: 'retry' | 'resolve' | 'cancel';
    who: string;
    note: string | null;
    at: string;
  }[];
};

/**
 * What DBOS keeps as text. JSON of JavaScript may hold a NUL or half of a surrogate pair, as escapes that PostgreSQL refuses: one
 * such saga would break the list of all.
 */
function json(column: string): string {
  return String.raw`regexp_replace(${column}, '(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\1', 'g')::jsonb`;
}

export type SagaFilter = {
  state?: SagaState;
  saga?: string;
  service?: string;
  /** Default 100; the youngest first. */
  limit?: number;
};

export async function listSagas(pool: pg.Pool, filter: SagaFilter = {}): Promise<SagaStatus[]> {
  const { state, saga, service, limit = 100 } = filter;
  const { rows } = await query<StatusRow>(
    pool,
    `${STATUS} WHERE ($1::text[] IS NULL OR w.status = ANY($1)) AND ($2::text IS NULL OR split_part(w.name, '@', 1) = $2)
       AND ($3::text IS NULL OR w.application_name = $3)) AS s
     WHERE $4::text IS NULL OR s.state = $4 ORDER BY s.created_at DESC, s.id LIMIT $5`,
    [state ? CANDIDATES[state] : null, saga ?? null, service ?? null, state ?? null, limit],
  );
  return rows.map(toStatus);
}

/** Throws SagaError `SAGA_NOT_FOUND`. */
export async function sagaStatus(pool: pg.Pool, id: string): Promise<SagaStatus> {
  const { rows } = await query<StatusRow>(pool, `${STATUS} WHERE w.workflow_uuid = $1) AS s`, [id]);
  if (rows[0]) return toStatus(rows[0]);
  throw new SagaError('SAGA_NOT_FOUND', id, 'banyan sagas list shows those that there are');
}

/** Throws SagaError `SAGA_NOT_FOUND`. */
export async function sagaDetails(pool: pg.Pool, id: string): Promise<SagaDetails> {
  const status = await sagaStatus(pool, id);
  const [begun, operations, mends] = await Promise.all([
    pool.query(
      `SELECT (${json('i.inputs')})->'json'->0 AS begun, (${json('o.error')})->'json'->>'message' AS error, w.status
       FROM banyan_sagas.workflow_status w
       JOIN banyan_sagas.workflow_input i USING (workflow_uuid)
       LEFT JOIN banyan_sagas.workflow_output o USING (workflow_uuid) WHERE w.workflow_uuid = $1`,
      [id],
    ),
    pool.query<OperationRow>(
      `SELECT function_id AS id, function_name AS name, (${json('error')})->'json' AS error,
              CASE WHEN serialization = 'js_superjson' THEN (${json('output')})->'json' END AS output,
              started_at_epoch_ms AS started, completed_at_epoch_ms AS ended
       FROM banyan_sagas.operation_outputs WHERE workflow_uuid = $1 ORDER BY function_id`,
      [id],
    ),
    pool.query(
      'SELECT step, action, who, note, at FROM banyan_events.saga_mends WHERE saga_id = $1 ORDER BY id',
      [id],
    ),
  ]);
  const { begun: start, error, status: dbosStatus } = begun.rows[0];
  return {
    ...status,
    input: start.input,
    deadlineAt: start.deadlineAt ? iso(start.deadlineAt) : null,
    error: error ?? BROKEN[dbosStatus as string] ?? null,
    steps: operations.rows.flatMap(toStep),
    waitsFor: status.endedAt || status.state === 'STUCK' ? null : waitOf(operations.rows),
    mends: mends.rows.map((row) => ({ ...row, at: row.at.toISOString() })),
  };
}

/** The compensation at which a saga is stuck, and how often it was. Undefined: the saga itself broke off. */
export async function stuckAt(
  tx: pg.PoolClient,
  id: string,
): Promise<{ step: string; times: number } | undefined> {
  const { rows } = await tx.query<{ step: string; times: number }>(
    `SELECT left(function_name, -5) AS step, count(*)::int AS times FROM banyan_sagas.operation_outputs
     WHERE workflow_uuid = $1 AND function_name LIKE '%:undo' AND error IS NOT NULL
     GROUP BY function_name ORDER BY max(function_id) DESC LIMIT 1`,
    [id],
  );
  return rows[0];
}

/** The compensation that is tried again, and how often it is begun. */
export async function triedAgain(
  tx: pg.PoolClient,
  id: string,
): Promise<{ step: string; times: number } | undefined> {
  const { rows } = await tx.query<{ step: string; times: number }>(
    'SELECT step, times FROM banyan_events.saga_compensations WHERE saga_id = $1',
    [id],
  );
  return rows[0];
}

type StatusRow = {
  undo: { step: string; since: string; attempts: number; cause: string; next_at: string } | null;
  id: string;
  name: string;
  service: string;
  state: SagaState;
  correlation_id: string;
  created_at: string;
  updated_at: string;
  completed_at: string | null;
  failed_step: string | null;
  failed_message: string | null;
  orphaned: boolean;
};

type OperationRow = {
  id: number;
  name: string;
  error: (Record<string, unknown> & { message: string; made?: number; attempts?: FailedAttempt[] }) | null;
  output: { result?: unknown; attempts: number; failed?: FailedAttempt[] } | null;
  started: string;
  ended: string;
};

/** Nothing is written to know a saga's state: it follows from what DBOS has on record of its steps. */
const STATUS = `
  SELECT s.* FROM (
  SELECT w.workflow_uuid AS id, w.name, w.application_name AS service, w.created_at, w.updated_at, w.completed_at,
    (${json('i.inputs')})->'json'->0->>'correlationId' AS correlation_id,
    regexp_replace(failed.function_name, ':undo$', '') AS failed_step,
    coalesce((${json('failed.error')})->'json'->>'message', (${json('o.error')})->'json'->>'message') AS failed_message,
    CASE
      WHEN w.status = 'SUCCESS' THEN CASE WHEN failed.function_id IS NULL THEN 'COMPLETED' ELSE 'FAILED' END
      WHEN w.status IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') THEN
        CASE WHEN EXISTS (SELECT 1 FROM banyan_events.saga_mends m
                          WHERE m.saga_id = w.workflow_uuid AND m.step IS NULL AND m.action = 'resolve')
          THEN 'FAILED' ELSE 'STUCK' END
      WHEN failed.function_name LIKE '%:undo' AND failed.function_id > coalesce(heard.function_id, -1) THEN 'STUCK'
      WHEN failed.function_id IS NOT NULL THEN 'COMPENSATING'
      WHEN w.status IN ('ENQUEUED', 'DELAYED')
        AND NOT EXISTS (SELECT 1 FROM banyan_sagas.operation_outputs p WHERE p.workflow_uuid = w.workflow_uuid)
        THEN 'PENDING'
      ELSE 'RUNNING'
    END AS state,
    to_jsonb(undo) AS undo,
    w.status IN ('PENDING', 'ENQUEUED', 'DELAYED') AND NOT EXISTS (
      SELECT 1 FROM banyan_events.saga_executors e
      WHERE e.lease_until > now() AND e.service = w.application_name AND w.name = ANY(e.sagas)) AS orphaned
  FROM banyan_sagas.workflow_status w
  JOIN banyan_sagas.workflow_input i ON i.workflow_uuid = w.workflow_uuid
  LEFT JOIN banyan_sagas.workflow_output o ON o.workflow_uuid = w.workflow_uuid
  LEFT JOIN banyan_events.saga_compensations undo ON undo.saga_id = w.workflow_uuid
  LEFT JOIN LATERAL (
    SELECT p.function_id, p.function_name, p.error FROM banyan_sagas.operation_outputs p
    WHERE p.workflow_uuid = w.workflow_uuid AND p.error IS NOT NULL ORDER BY p.function_id DESC LIMIT 1) failed ON true
  LEFT JOIN LATERAL (
    SELECT max(p.function_id) AS function_id FROM banyan_sagas.operation_outputs p
    WHERE p.workflow_uuid = w.workflow_uuid AND p.function_name = 'DBOS.recv') heard ON true`;

/** What DBOS calls a workflow that may be in this state; spares looking at the steps of all others. */
const CANDIDATES: Record<SagaState, string[]> = {
  PENDING: ['ENQUEUED', 'DELAYED'],
  RUNNING: ['PENDING', 'ENQUEUED', 'DELAYED'],
  COMPENSATING: ['PENDING', 'ENQUEUED', 'DELAYED'],
  COMPLETED: ['SUCCESS'],
  FAILED: ['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'],
  STUCK: ['PENDING', 'ENQUEUED', 'DELAYED', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'],
};

const BROKEN: Record<string, string> = {
  CANCELLED: 'cancelled by other means than banyan',
  MAX_RECOVERY_ATTEMPTS_EXCEEDED: 'the processes that ran it died too often',
};

async function query<T extends pg.QueryResultRow>(pool: pg.Pool, sql: string, values: unknown[]) {
  try {
    return await pool.query<T>(sql, values);
  } catch (error) {
    // Undefined table, schema or column.
    if (!['42P01', '3F000'].includes((error as { code?: string }).code ?? '')) throw error;
    throw new SagaError(
      'SAGA_NONE_HERE',
      'it has no schema banyan_sagas',
      'give the database of a service that runs sagas',
      error,
    );
  }
}

function toStatus(row: StatusRow): SagaStatus {
  const { failed_step: step, failed_message: message } = row;
  const over = row.state === 'COMPLETED' || row.state === 'FAILED';
  return {
    id: row.id,
    ...splitName(row.name),
    service: row.service,
    state: row.state,
    correlationId: row.correlation_id,
    startedAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
    endedAt: over ? iso(row.completed_at ?? row.updated_at) : null,
    failure: message === null ? null : { step: step ?? '', message },
    compensating: row.undo && over === false ? toCompensating(row.undo) : null,
    orphaned: row.orphaned,
  };
}

function toCompensating({ step, since, attempts, cause, next_at }: NonNullable<StatusRow['undo']>) {
  return { step, since: iso(Date.parse(since)), attempts, cause, nextAt: iso(Date.parse(next_at)) };
}

function splitName(record: string): { saga: string; version: number } {
  const { name, version } = parseRecordName(record);
  return { saga: name, version };
}

function toStep({ name, error, output, started, ended }: OperationRow): SagaStepRecord[] {
  const [step = '', what] = name.split(':');
  if (name.startsWith('DBOS.') || (what !== undefined && what !== 'undo')) return [];
  const failed = error?.attempts ?? output?.failed ?? [];
  return [
    {
      step,
      what: what === 'undo' ? 'compensation' : 'action',
      outcome: error ? 'failed' : 'done',
      attempts: error
        ? (error.made ?? failed.filter(({ kind }) => kind !== 'deadline').length)
        : (output?.attempts ?? 1),
      failed,
      ...(output?.result === undefined ? {} : { result: output.result }),
      startedAt: iso(started),
      endedAt: iso(ended),
    },
  ];
}

function waitOf(operations: readonly OperationRow[]): SagaDetails['waitsFor'] {
  const last = operations.at(-1);
  if (!last?.name.endsWith(':waits')) return null;
  const { signal, until } = last.output as { signal?: string; until?: number };
  return {
    step: last.name.split(':')[0]!,
    ...(signal ? { signal } : {}),
    ...(until ? { until: iso(until) } : {}),
  };
}

function iso(epochMs: string | number): string {
  return new Date(Number(epochMs)).toISOString();
}
