import { createPool, withTransaction } from '@banyan/postgres';
import { DBOSClient } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import { keptText } from '../failure.ts';
import { Cancellations } from './cancellations.ts';
import { SagaError } from './errors.ts';
import { requeue } from './leases.ts';
import { DBOS_SCHEMA, type Intervention, interventionTopic, signalTopic } from './names.ts';
import {
  listSagas,
  type SagaDetails,
  type SagaFilter,
  type SagaStatus,
  sagaDetails,
  sagaStatus,
  stuckAt,
  triedAgain,
} from './records.ts';

/** What can be done to the sagas of a database from anywhere, whether or not a process runs them now. */
export type SagaOperator = {
  list(filter?: SagaFilter): Promise<SagaStatus[]>;
  /** Throws SagaError `SAGA_NOT_FOUND`. */
  show(id: string): Promise<SagaDetails>;
  /** A compensation that failed is done again at once, for as long as the saga states. Throws SagaError `SAGA_NOT_STUCK`. */
  retry(id: string, by: { who: string; note?: string }): Promise<void>;
  /** The same for all that are stuck or wait for the next attempt of a compensation. Returns their ids. */
  retryAll(
    which: Pick<SagaFilter, 'saga' | 'service'>,
    by: { who: string; note?: string },
  ): Promise<string[]>;
  /** The saga goes on without the compensation, which somebody has made up for. Throws SagaError `SAGA_NOT_STUCK`. */
  resolve(id: string, by: { who: string; note: string }): Promise<void>;
  /**
   * The saga begins no further attempt of an action, and what was done is compensated; one that completes before it sees this stays
   * COMPLETED. Durable when it resolves. Throws SagaError `SAGA_OVER`, `SAGA_COMPENSATES`.
   */
  cancel(id: string, by: { who: string; note: string }): Promise<void>;
  /** Durable when it resolves; one with a `key` that was used before for this saga is dropped. Throws SagaError `SAGA_OVER`. */
  signal(
    id: string,
    name: string,
    payload: unknown,
    options?: { key?: string; tx?: pg.PoolClient },
  ): Promise<void>;
  close(): Promise<void>;
};

/** Operates the sagas of a service by its database. */
export async function openSagaOperator(databaseUrl: string): Promise<SagaOperator> {
  const pool = createPool(databaseUrl, { max: 4, applicationName: 'banyan sagas' });
  const operator = await operatorOn(pool, databaseUrl);
  return {
    ...operator,
    async close() {
      await operator.close();
      await pool.end();
    },
  };
}

/** The same on a pool of the caller's. */
export async function operatorOn(pool: pg.Pool, databaseUrl: string): Promise<SagaOperator> {
  const client = await openClient(pool, databaseUrl);
  const intervene = async (id: string, told: Intervention) => {
    const { state, compensating } = await sagaStatus(pool, id);
    if (state !== 'STUCK' && !compensating) throw notStuck(id, state);
    await withTransaction(pool, async (tx) => {
      const broken = await brokenOff(tx, id);
      const at = broken ? undefined : ((await triedAgain(tx, id)) ?? (await stuckAt(tx, id)));
      await tx.query(
        'INSERT INTO banyan_events.saga_mends (saga_id, step, action, who, note) VALUES ($1, $2, $3, $4, $5)',
        [id, at?.step ?? null, told.action, told.who, told.note ?? null],
      );
      // Two who answer the same failure are one: the key makes the second answer void.
      if (at) await client.sendInTransaction(tx, id, told, ...topicAndKey(at));
      else if (told.action === 'retry') await requeue(tx, id);
    });
  };
  return {
    list: (filter) => listSagas(pool, filter),
    show: (id) => sagaDetails(pool, id),
    retry: (id, by) => intervene(id, { action: 'retry', ...by }),
    async retryAll(which, by) {
      const states = ['STUCK', 'COMPENSATING'] as const;
      const lists = await Promise.all(
        states.map((state) => listSagas(pool, { ...which, state, limit: MOST })),
      );
      const told: string[] = [];
      for (const { id, state, compensating } of lists.flat()) {
        if (state !== 'STUCK' && !compensating) continue;
        try {
          await intervene(id, { action: 'retry', ...by });
          told.push(id);
        } catch (error) {
          // It has gone on meanwhile.
          if (!(error instanceof SagaError) || error.code !== 'SAGA_NOT_STUCK') throw error;
        }
      }
      return told;
    },
    resolve: (id, by) => intervene(id, { action: 'resolve', ...by }),
    async cancel(id, { who, note }) {
      const { state } = await sagaStatus(pool, id);
      if (state === 'COMPLETED' || state === 'FAILED') throw over(id, state);
      if (state === 'COMPENSATING' || state === 'STUCK') {
        const hint = `banyan sagas show ${id} tells how far it is; retry or resolve helps one that is stuck`;
        throw new SagaError('SAGA_COMPENSATES', `${id} is ${state}`, hint);
      }
      if ((await new Cancellations(pool).of(id)) !== undefined) return;
      await pool.query(
        "INSERT INTO banyan_events.saga_mends (saga_id, action, who, note) VALUES ($1, 'cancel', $2, $3)",
        [id, keptText(who), keptText(note)],
      );
    },
    async signal(id, name, payload, { key, tx } = {}) {
      const { state } = await sagaStatus(pool, id);
      if (state === 'COMPLETED' || state === 'FAILED') throw over(id, state);
      const uniqueKey = key === undefined ? undefined : `${signalTopic(name)}:${key}`;
      if (tx) await client.sendInTransaction(tx, id, { payload }, signalTopic(name), uniqueKey);
      else await client.send(id, { payload }, signalTopic(name), uniqueKey);
    },
    close: () => client.destroy(),
  };
}

/** A DBOS client on our own pool. It writes into transactions of ours, which is why both share a database. */
export async function openClient(
  pool: pg.Pool,
  databaseUrl: string,
  applicationName?: string,
): Promise<DBOSClient> {
  return await DBOSClient.create({
    systemDatabaseUrl: databaseUrl,
    systemDatabasePool: pool,
    systemDatabaseSchemaName: DBOS_SCHEMA,
    ...(applicationName ? { applicationName } : {}),
    logger: { info() {}, debug() {}, warn() {}, error() {} },
  });
}

/** Sagas that are retried at once. */
const MOST = 100_000;

function over(id: string, state: string): SagaError {
  return new SagaError('SAGA_OVER', `${id} is ${state}`, 'start a new one if it has to be done again');
}

function topicAndKey({ step, times }: { step: string; times: number }): [string, string] {
  const topic = interventionTopic(step, times);
  return [topic, topic];
}

/** Whether DBOS has ended the workflow, so that nobody waits for a message. Holds its row. */
async function brokenOff(tx: pg.PoolClient, id: string): Promise<boolean> {
  const { rows } = await tx.query<{ status: string }>(
    'SELECT status FROM banyan_sagas.workflow_status WHERE workflow_uuid = $1 FOR NO KEY UPDATE',
    [id],
  );
  return !['PENDING', 'ENQUEUED', 'DELAYED'].includes(rows[0]!.status);
}

function notStuck(id: string, state: string): SagaError {
  const over = state === 'COMPLETED' || state === 'FAILED';
  const hint = over
    ? 'nothing is left to be done'
    : 'it goes on by itself; banyan sagas show tells where it is';
  return new SagaError('SAGA_NOT_STUCK', `${id} is ${state}`, hint);
}
