import { randomUUID } from 'node:crypto';
import { connectionConfig } from '@banyan/postgres';
import { DBOS } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { Cancellations } from './cancellations.ts';
import { applySagaSchema } from './effects.ts';
import { SagaError } from './errors.ts';
import { createGate } from './gate.ts';
import type { Begun, SagaHost, SagaLog } from './host.ts';
import { launchAlone } from './launch-alone.ts';
import { dropLease, type Executor, renewLease, sweepLeases, takeOver } from './leases.ts';
import { sagaMetrics } from './metrics.ts';
import { APPLICATION_VERSION, DBOS_SCHEMA, queueName, recordName } from './names.ts';
import { openClient, operatorOn, type SagaOperator } from './operator.ts';
import { type SagaStatus, sagaStatus } from './records.ts';
import { runSaga } from './run.ts';
import { type AnySaga, checkSignal, type Starting, starting, starts, type Workflow } from './start.ts';
import { createWaitingRoom } from './waiting.ts';

export type Sagas<S extends AnySaga = AnySaga> = Starting<S> &
  Omit<SagaOperator, 'close'> & {
    status(id: string): Promise<SagaStatus>;
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
  const cancellations = new Cancellations(pool);
  const metrics = sagaMetrics(options.metrics);
  const host: SagaHost = { pool, gate, waitingRoom, cancellations, metrics, log };
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
  await launchAlone(host.pool, log, () => DBOS.launch());
  for (const name of executor.sagas) {
    await DBOS.registerQueue(queueName(name), { minPollingIntervalMs: pollMs, onConflict: 'always_update' });
  }
  return workflows;
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
