import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { connectionConfig } from '@banyan/postgres';
import { inSpan, traceCarrier } from '@banyan/service';
import { DBOS, type DBOSClient } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import type { Envelope } from '../envelope.ts';
import type { Saga } from './define.ts';
import { applySagaSchema } from './effects.ts';
import { SagaError } from './errors.ts';
import { createGate } from './gate.ts';
import type { Begun, SagaEnd, SagaHost, SagaLog } from './host.ts';
import { dropLease, type Executor, renewLease, sweepLeases, takeOver } from './leases.ts';
import { sagaMetrics } from './metrics.ts';
import { APPLICATION_VERSION, DBOS_SCHEMA, queueName, recordName } from './names.ts';
import { openClient, operatorOn, type SagaOperator } from './operator.ts';
import { type SagaStatus, sagaStatus } from './records.ts';
import { runSaga } from './run.ts';
import { createWaitingRoom } from './waiting.ts';

// biome-ignore lint/suspicious/noExplicitAny: each saga has its own input and signals
export type AnySaga = Saga<string, any, any>;
type Named<S extends AnySaga, N> = S extends unknown ? (N extends S['name'] ? S : never) : never;
type InputOf<S> = S extends { of?: infer I } ? Exclude<I, undefined> : never;

export type StartOptions = {
  /** Starting twice with the same id is starting once. Default: a new UUID. */
  id?: string;
  /** Default: the id. */
  correlationId?: string;
  /** A transaction of the service's own database: the saga begins if it commits, within a quarter of a second. */
  tx?: pg.PoolClient;
};

export type Started = {
  id: string;
  /** Resolves when the saga has ended, whoever runs it. */
  ended(): Promise<SagaEnd>;
};

export type Sagas<S extends AnySaga = AnySaga> = Omit<SagaOperator, 'show' | 'close'> & {
  /** Durable when it resolves. Throws SagaError `SAGA_UNKNOWN`, `SAGA_INPUT`, `SAGA_ID_TAKEN`. */
  start<N extends S['name']>(name: N, input: InputOf<Named<S, N>>, options?: StartOptions): Promise<Started>;
  /** Names of the events that start a saga. */
  readonly startsOn: readonly string[];
  /** Starts the sagas that this event starts, each once however often it comes: their ids are `<saga>:<event id>`. */
  startFrom(message: Envelope, tx?: pg.PoolClient): Promise<void>;
  status(id: string): Promise<SagaStatus>;
  show: SagaOperator['show'];
  /** Takes no more work, waits for attempts in hand, leaves the rest to the other instances or the next start. */
  close(): Promise<void>;
};

export type SagasOptions<S extends AnySaga> = {
  /** The service's name. */
  service: string;
  /** The service's own database: DBOS keeps its records there, in schema `banyan_sagas`. */
  databaseUrl: string;
  /** Of the same database. */
  pool: pg.Pool;
  /** All definitions, also old versions that still have running instances. */
  sagas: readonly S[];
  log: SagaLog;
  metrics?: Registry;
  /** Tells this process from all others, also from those before it. Default: a new UUID. */
  instance?: string;
  /** Milliseconds after which a process that shows no life is taken for dead. Default 15000. */
  leaseMs?: number;
  /** Milliseconds between looks for sagas that were started in a transaction or taken over. Default 250. */
  pollMs?: number;
  /** Connections of DBOS. Default 10. */
  connections?: number;
  /** Milliseconds that `close` waits for attempts in hand. Default 10000. */
  graceMs?: number;
};

/** Runs sagas in this process. Throws SagaError `SAGA_PROCESS_TAKEN`, `SAGA_DEFINITION`. */
export async function createSagas<const S extends AnySaga>(options: SagasOptions<S>): Promise<Sagas<S>> {
  const { service, databaseUrl, pool, sagas, log, leaseMs = 15_000, graceMs = 10_000 } = options;
  const executor = { id: options.instance ?? randomUUID(), service, sagas: sagas.map(recordName), leaseMs };
  checkNames(executor.sagas);
  takeProcess(service);
  const gate = createGate();
  const onError = (error: Error) => log.warn({ err: error }, 'sagas wait for their database');
  const waitingRoom = createWaitingRoom(pool, { lookEveryMs: 500, onError });
  const host: SagaHost = { pool, gate, waitingRoom, metrics: sagaMetrics(options.metrics), log };
  try {
    await applySagaSchema(pool);
    await renewLease(pool, executor);
    const workflows = await launch(options, executor, host);
    const client = await openClient(pool, databaseUrl, service);
    const operator = await operatorOn(pool, databaseUrl);
    const heart = beat(pool, executor, onError);
    return {
      ...operator,
      ...starting(sagas, workflows, client),
      status: (id) => sagaStatus(pool, id),
      async signal(id, name, payload, options) {
        const { saga, version } = await sagaStatus(pool, id);
        checkSignal(
          sagas.find((each) => each.name === saga && each.version === version),
          name,
          payload,
        );
        await operator.signal(id, name, payload, options);
      },
      async close() {
        await gate.close(graceMs);
        heart.stop();
        waitingRoom.close();
        await DBOS.shutdown({ deregister: true });
        await heart.stopped;
        // Without it the others wait until the lease runs out.
        await dropLease(pool, executor.id).catch(onError);
        await operator.close();
        await client.destroy();
        takenBy = undefined;
      },
    };
  } catch (error) {
    await DBOS.shutdown({ deregister: true });
    takenBy = undefined;
    throw error;
  }
}

type Workflow = (begun: Begun) => Promise<SagaEnd>;

/** Id of the saga that is started right now; a run that a queue or a recovery began has none. */
const starts = new AsyncLocalStorage<string>();

/** DBOS is one per process, and so are its registered workflows. */
let takenBy: string | undefined;

function takeProcess(service: string): void {
  if (takenBy === undefined && !DBOS.isInitialized()) {
    takenBy = service;
    return;
  }
  throw new SagaError(
    'SAGA_PROCESS_TAKEN',
    `${takenBy ?? 'something that uses DBOS'} does, ${service} wants to`,
    'run each service that has sagas in a process of its own, or close the first',
  );
}

async function launch(
  { service, databaseUrl, sagas, log, pollMs = 250, connections = 10 }: SagasOptions<AnySaga>,
  executor: Executor,
  host: SagaHost,
): Promise<Map<string, Workflow>> {
  const workflows = new Map<string, Workflow>();
  for (const saga of sagas) {
    const name = recordName(saga);
    const run = (begun: Begun) => runSaga(saga, host, begun, starts.getStore() !== DBOS.workflowID);
    workflows.set(name, DBOS.registerWorkflow(run, { name }));
  }
  DBOS.setConfig({
    name: service,
    // Its own pool: on one that outlives it, what fails because of a shutdown would be recorded as the saga's outcome.
    systemDatabaseUrl: connectionConfig(databaseUrl, { idle_in_transaction_session_timeout: '60000' })
      .connectionString!,
    systemDatabaseIdleTransactionTimeoutMs: 0,
    systemDatabasePoolSize: connections,
    systemDatabaseSchemaName: DBOS_SCHEMA,
    applicationVersion: APPLICATION_VERSION,
    executorID: executor.id,
    listenQueues: executor.sagas.map(queueName),
    logger: {
      info: (entry) => log.debug({}, `dbos: ${String(entry)}`),
      debug: (entry) => log.debug({}, `dbos: ${String(entry)}`),
      warn: (entry) => (host.gate.closing ? log.debug : log.warn).call(log, {}, `dbos: ${String(entry)}`),
      error: (entry) => log.error({}, `dbos: ${String(entry)}`),
    },
  });
  await alone(host.pool, () => DBOS.launch());
  for (const name of executor.sagas) {
    await DBOS.registerQueue(queueName(name), { minPollingIntervalMs: pollMs, onConflict: 'always_update' });
  }
  return workflows;
}

/**
 * Two processes that make DBOS's tables at the same time end in a deadlock: it builds indexes concurrently, which waits for
 * every other transaction. So does one that merely waits for a lock, hence the trying.
 */
async function alone<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    for (;;) {
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
        LOCK,
      ]);
      if (rows[0]?.mine) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => {});
    client.release();
  }
}

/** Any constant of our own will do. */
const LOCK = 7_310_575_126_192;

function starting<S extends AnySaga>(
  sagas: readonly S[],
  workflows: ReadonlyMap<string, Workflow>,
  client: DBOSClient,
): Pick<Sagas<S>, 'start' | 'startsOn' | 'startFrom'> {
  const newest = new Map<string, AnySaga>();
  for (const saga of [...sagas].sort((a, b) => a.version - b.version)) newest.set(saga.name, saga);

  const start = async (name: string, input: unknown, options: StartOptions = {}): Promise<Started> => {
    const { id = randomUUID(), correlationId = id, tx } = options;
    const saga = newest.get(name);
    if (!saga) throw new SagaError('SAGA_UNKNOWN', name, `known are ${[...newest.keys()].join(', ')}`);
    checkInput(saga, input);
    const record = recordName(saga);
    return await inSpan(`saga ${name} start`, { attributes: { 'saga.id': id } }, async () => {
      const begun = begin(saga, input, correlationId);
      const queued = {
        queueName: queueName(record),
        workflowName: record,
        workflowID: id,
        appVersion: APPLICATION_VERSION,
      };
      try {
        if (tx) await client.enqueueInTransaction(tx, queued, begun);
        // Inside a step of another saga DBOS starts nothing directly.
        else if (DBOS.workflowID !== undefined) await client.enqueue(queued, begun);
        else {
          const workflow = workflows.get(record)!;
          const handle = await starts.run(id, () => DBOS.startWorkflow(workflow, { workflowID: id })(begun));
          return { id, ended: () => handle.getResult() };
        }
      } catch (error) {
        throw idTaken(error, id) ?? error;
      }
      return { id, ended: () => client.retrieveWorkflow<SagaEnd>(id).getResult({ pollingIntervalMs: 100 }) };
    });
  };
  const starters = [...newest.values()].filter(({ startOn }) => startOn !== undefined);
  return {
    start,
    startsOn: [...new Set(starters.map(({ startOn }) => startOn!.event))],
    async startFrom(message, tx) {
      for (const { name, startOn } of starters) {
        if (startOn!.event !== message.type) continue;
        await start(name, startOn!.input(message), {
          id: `${name}:${message.id}`,
          correlationId: message.correlationid,
          ...(tx ? { tx } : {}),
        });
      }
    },
  };
}

function begin(saga: AnySaga, input: unknown, correlationId: string): Begun {
  const startedAt = Date.now();
  const trace = traceCarrier();
  return {
    input,
    correlationId,
    startedAt,
    ...(saga.deadlineMs === undefined ? {} : { deadlineAt: startedAt + saga.deadlineMs }),
    ...(trace.traceparent ? { trace } : {}),
  };
}

/** Shows that this process lives and takes over from those that do not. */
function beat(
  pool: pg.Pool,
  executor: Executor,
  onError: (error: Error) => void,
): { stop(): void; stopped: Promise<void> } {
  const abort = new AbortController();
  const run = async () => {
    while (!abort.signal.aborted) {
      try {
        await renewLease(pool, executor);
        await takeOver(pool, executor);
        await sweepLeases(pool);
      } catch (error) {
        onError(error as Error);
      }
      await pauseUnless(abort.signal, executor.leaseMs / 3);
    }
  };
  return { stop: () => abort.abort(), stopped: run() };
}

function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new SagaError('SAGA_DEFINITION', `${twice} is given twice`, 'give each version of a saga once');
}

function checkInput({ name, input: schema }: AnySaga, input: unknown): void {
  if (Value.Check(schema, input)) return;
  const [first] = Value.Errors(schema, input);
  const detail = `${name}: ${first?.instancePath || '/'} ${first?.message}`;
  throw new SagaError('SAGA_INPUT', detail, 'give what the saga states as its input');
}

function checkSignal(saga: AnySaga | undefined, name: string, payload: unknown): void {
  if (!saga) return;
  const schema = saga.signals[name];
  if (!schema) {
    const known = Object.keys(saga.signals).join(', ') || 'none';
    throw new SagaError('SAGA_INPUT', `${saga.name} takes no signal '${name}'`, `its signals: ${known}`);
  }
  if (Value.Check(schema, payload)) return;
  const [first] = Value.Errors(schema, payload);
  const detail = `signal '${name}': ${first?.instancePath || '/'} ${first?.message}`;
  throw new SagaError('SAGA_INPUT', detail, "give what the saga states as the signal's schema");
}

function idTaken(error: unknown, id: string): SagaError | undefined {
  if (
    (error as Error).name !== 'DBOSConflictingWorkflowError' &&
    !/different function name/.test(String(error))
  )
    return undefined;
  return new SagaError(
    'SAGA_ID_TAKEN',
    id,
    'ids are shared by all sagas of a service: put the name in front',
    error,
  );
}
