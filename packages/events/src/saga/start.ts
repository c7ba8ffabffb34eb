import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { inSpan, traceCarrier } from '@banyan/service';
import { DBOS, type DBOSClient } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import { Value } from 'typebox/value';
import type { Envelope } from '../envelope.ts';
import { unstorable } from '../storable.ts';
import type { Saga } from './define.ts';
import { SagaError } from './errors.ts';
import type { Begun, SagaEnd } from './host.ts';
import { APPLICATION_VERSION, queueName, recordName } from './names.ts';

// biome-ignore lint/suspicious/noExplicitAny: each saga has its own input and signals
export type AnySaga = Saga<string, any, any>;
type Named<S extends AnySaga, N> = S extends unknown ? (N extends S['name'] ? S : never) : never;
type InputOf<S> = S extends { of?: infer I } ? Exclude<I, undefined> : never;

type StartOptions = {
  /** Starting twice with the same id is starting once. Default: a new UUID. */
  id?: string;
  /** Default: the id. */
  correlationId?: string;
  /** A transaction of the service's own database: the saga begins if it commits, within a quarter of a second. */
  tx?: pg.PoolClient;
};

type Started = {
  id: string;
  /** Resolves when the saga has ended, whoever runs it. */
  ended(): Promise<SagaEnd>;
};

/** How sagas begin. */
export type Starting<S extends AnySaga> = {
  /** Durable when it resolves. Throws SagaError `SAGA_UNKNOWN`, `SAGA_INPUT`, `SAGA_ID_TAKEN`. */
  start<N extends S['name']>(name: N, input: InputOf<Named<S, N>>, options?: StartOptions): Promise<Started>;
  /** Names of the events that start a saga. */
  readonly startsOn: readonly string[];
  /** Starts the sagas that this event starts, each once however often it comes: their ids are `<saga>:<event id>`. */
  startFrom(message: Envelope, tx?: pg.PoolClient): Promise<void>;
};

export type Workflow = (begun: Begun) => Promise<SagaEnd>;

/** Id of the saga that is started right now; a run that a queue or a recovery began has none. */
export const starts = new AsyncLocalStorage<string>();

/** Starts sagas of these definitions, the newest version of each. */
export function starting<S extends AnySaga>(
  sagas: readonly S[],
  workflows: ReadonlyMap<string, Workflow>,
  client: DBOSClient,
): Starting<S> {
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

function checkInput({ name, input: schema }: AnySaga, input: unknown): void {
  const [first] = Value.Check(schema, input) ? [] : Value.Errors(schema, input);
  const problem = first ? `${first.instancePath || '/'} ${first.message}` : unstorable(input);
  if (problem === undefined) return;
  const detail = `${name}: ${problem}`;
  throw new SagaError('SAGA_INPUT', detail, 'give what the saga states as its input');
}

/** Throws SagaError `SAGA_INPUT`. Says nothing about a definition that this process does not know. */
export function checkSignal(saga: AnySaga | undefined, name: string, payload: unknown): void {
  const problem = unstorable(payload);
  if (problem !== undefined) {
    throw new SagaError('SAGA_INPUT', `signal '${name}': ${problem}`, 'leave it out of the payload');
  }
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
