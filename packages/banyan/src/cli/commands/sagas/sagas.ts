import { userInfo } from 'node:os';
import type { SagaOperator, SagaState } from '@banyan/events/machinery';
import { type Command, InvalidArgumentError } from 'commander';
import { EXIT, UsageError } from '../../exit.ts';
import { print, printJson } from '../../output.ts';
import { act, command, group } from '../../session.ts';
import { type DatabaseOptions, onDatabase, withDatabase } from '../database.ts';
import { readLimit } from '../limit.ts';
import { type RecordOptions, recordOf, withRecord } from '../on-record.ts';
import { formatSaga, formatSagas } from './format.ts';

export function sagasCommand(): Command {
  return group(
    'sagas',
    'Show the sagas of a service and help those that are stuck, whether or not the service runs',
    [
      'banyan sagas list --state STUCK --database postgres://localhost/applications',
      'banyan sagas show 7f9c',
      'banyan sagas retry 7f9c --note "the bank is open again"',
      'banyan sagas retry --all',
      'banyan sagas resolve 7f9c --note "paid back by hand"',
      'banyan sagas cancel 7f9c --note "the customer has gone"',
      'banyan sagas signal 7f9c approved \'{"by":"ann"}\'',
    ],
    [listCommand(), showCommand(), retryCommand(), resolveCommand(), cancelCommand(), signalCommand()],
  );
}

function listCommand(): Command {
  return withDatabase(
    command('list', 'List sagas, the youngest first', [
      'banyan sagas list',
      'banyan sagas list --state STUCK',
      "banyan sagas list --saga create_application --json | jq '.[] | select(.orphaned) | .id'",
    ]),
  )
    .option('--state <state>', STATES.join(', '), readState)
    .option('--saga <name>', 'of this name only')
    .option('--service <name>', 'of this service only')
    .option('--limit <n>', 'how many', readLimit, 20)
    .action(
      act<DatabaseOptions & { state?: SagaState; saga?: string; service?: string; limit: number }>(
        async (options) => {
          const { state, saga, service, limit } = options;
          const filter = {
            limit,
            ...(state ? { state } : {}),
            ...(saga ? { saga } : {}),
            ...(service ? { service } : {}),
          };
          const sagas = await operate(options, (operator) => operator.list(filter));
          if (options.json) printJson(sagas);
          else if (sagas.length === 0) print('there is no such saga');
          else for (const line of formatSagas(sagas, new Date())) print(line);
          return EXIT.ok;
        },
      ),
    );
}

function showCommand(): Command {
  return withDatabase(
    command('show', 'Show a saga: its steps, their attempts and errors, what it waits for', [
      'banyan sagas show 7f9c',
      'banyan sagas show 7f9c --json | jq .steps',
    ]),
  )
    .argument('<id>')
    .action(
      act<DatabaseOptions>(async (options, id) => {
        const saga = await operate(options, (operator) => operator.show(id!));
        if (options.json) printJson(saga);
        else for (const line of formatSaga(saga)) print(line);
        return EXIT.ok;
      }),
    );
}

function retryCommand(): Command {
  return withDatabase(
    command('retry', 'Let sagas do a compensation that failed again, at once', [
      'banyan sagas retry 7f9c',
      'banyan sagas retry --name payment --note "the bank is open again"',
      'banyan sagas retry --all',
    ]),
  )
    .argument('[id]')
    .option('--all', 'all that are stuck or wait for their next attempt')
    .option('--name <saga>', 'the same, of this name only')
    .option('--note <text>', 'why, for the record')
    .option('--who <name>', 'who, for the record (default: the user of this machine)')
    .action(
      act<RetryOptions>(async (options, id) => {
        const { all, name, note, who = userInfo().username } = options;
        const by = { who, ...(note ? { note } : {}) };
        if ([id, all, name].filter((given) => given !== undefined).length !== 1)
          throw new UsageError('retry which?', 'give one of: an id, --name <saga>, --all');
        const ids = await operate(options, async (operator) => {
          if (id === undefined) return await operator.retryAll(name === undefined ? {} : { saga: name }, by);
          await operator.retry(id, by);
          return [id];
        });
        if (options.json) printJson({ ids, action: 'retry', ...by });
        else if (ids.length === 0) print('there is none to be retried');
        else for (const each of ids) print(`${each} tries again: banyan sagas show ${each}`);
        return EXIT.ok;
      }),
    );
}

type RetryOptions = DatabaseOptions & { all?: true; name?: string; note?: string; who?: string };

function cancelCommand(): Command {
  const cancel = withDatabase(
    command('cancel', 'Let a saga do nothing more and compensate what it has done', [
      'banyan sagas cancel 7f9c --note "the customer has gone"',
    ]),
  ).argument('<id>');
  return withRecord(cancel, 'why').action(
    act<DatabaseOptions & RecordOptions>(async (options, id) => {
      const by = recordOf('cancel', options, `banyan sagas cancel ${id} --note "the customer has gone"`);
      await operate(options, (operator) => operator.cancel(id!, by));
      if (options.json) printJson({ id, action: 'cancel', ...by });
      else print(`${id} is cancelled: banyan sagas show ${id}`);
      return EXIT.ok;
    }),
  );
}

function resolveCommand(): Command {
  const resolve = withDatabase(
    command('resolve', 'Let a saga go on without a compensation that fails and that you made up for', [
      'banyan sagas resolve 7f9c --note "paid back by hand"',
    ]),
  ).argument('<id>');
  return withRecord(resolve, 'how you made up for it').action(
    act<DatabaseOptions & RecordOptions>(async (options, id) => {
      const by = recordOf('resolve', options, `banyan sagas resolve ${id} --note "paid back by hand"`);
      await operate(options, (operator) => operator.resolve(id!, by));
      if (options.json) printJson({ id, action: 'resolve', ...by });
      else print(`${id} goes on without it: banyan sagas show ${id}`);
      return EXIT.ok;
    }),
  );
}

function signalCommand(): Command {
  return withDatabase(
    command('signal', 'Tell a saga what it waits for', [
      'banyan sagas signal 7f9c approved',
      'banyan sagas signal 7f9c approved \'{"by":"ann"}\' --key decision-12',
    ]),
  )
    .argument('<id>')
    .argument('<name>')
    .argument('[json]', 'what it says (default: {})')
    .option('--key <text>', 'a second signal with the same key is dropped')
    .action(
      act<DatabaseOptions & { key?: string }>(async (options, id, name, json) => {
        const payload = readJson(json ?? '{}');
        const key = options.key === undefined ? {} : { key: options.key };
        await operate(options, (operator) => operator.signal(id!, name!, payload, key));
        if (options.json) printJson({ id, signal: name, payload });
        else print(`${id} has been told`);
        return EXIT.ok;
      }),
    );
}

async function operate<T>(options: DatabaseOptions, run: (operator: SagaOperator) => Promise<T>): Promise<T> {
  const { openSagaOperator } = await import('@banyan/events/machinery');
  return await onDatabase(options, openSagaOperator, run);
}

/** Not those of the package itself, which is loaded only when it is needed; complete, or it does not compile. */
const STATES = Object.keys({
  PENDING: true,
  RUNNING: true,
  COMPLETED: true,
  COMPENSATING: true,
  FAILED: true,
  STUCK: true,
} satisfies Record<SagaState, true>) as SagaState[];

function readState(text: string): SagaState {
  const state = STATES.find((each) => each === text.toUpperCase());
  if (state) return state;
  throw new InvalidArgumentError(`It must be one of ${STATES.join(', ')}.`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`not JSON: ${(error as Error).message}`, `quote it for the shell: '{"by":"ann"}'`);
  }
}
