import type { Call } from './client.ts';
import type { Course } from './course.ts';
import type { Entry, Journal } from './journal.ts';
import type { Arrival, Load, LoadRun, Promising } from './load.ts';
import type { UserId } from './population.ts';

/**
 * Arrivals at random moments. Picks what each is: whoever has just registered comes back first, else something by chance.
 */
export function arrivals(
  loads: ReadonlyMap<string, Load<UserId>>,
  run: LoadRun<UserId>,
  journal: Journal,
  /** Told of requests that write and promise nothing. */
  unpromised: (kind: string) => void,
): Course {
  const started = [...loads].map(([name, load]) => ({ name, ...load.start(run) }));
  const operations = started.flatMap(({ name, operations }) => operations.map((one) => ({ name, ...one })));
  const firstVisits = started.filter(({ firstVisit }) => firstVisit !== undefined);
  const total = operations.reduce((sum, { weight }) => sum + weight, 0);
  const pick = () => {
    let left = run.random.next() * total;
    for (const operation of operations) {
      left -= operation.weight;
      if (left < 0) return operation;
    }
    return operations[0]!;
  };
  const arrive: Course['arrive'] = async (send) => {
    const arrivalOf = (load: string) => createArrival(load, send, journal, unpromised);
    const newcomer = run.users.newcomer();
    if (newcomer) {
      // Must be there on whatever side answers.
      for (const { name, firstVisit } of firstVisits) await firstVisit!(newcomer, arrivalOf(name));
      return;
    }
    const operation = pick();
    await operation.run(arrivalOf(operation.name));
  };
  return { arrive, gapMs: (rate) => (-Math.log(1 - run.random.next()) / rate) * 1000 };
}

/** Methods of requests that change nothing. */
const SAFE: ReadonlySet<Call['method']> = new Set<Call['method']>(['GET', 'HEAD']);

function createArrival(
  load: string,
  send: Arrival['send'],
  journal: Journal,
  unpromised: (kind: string) => void,
): Arrival {
  const note = (at: Entry['at'], promising: Promising, body?: unknown) => {
    const ms = Date.now();
    for (const { name, key, n, value } of [promising, ...(promising.brings ?? [])]) {
      const [promise, of = load] = name.split('.').reverse();
      const told = at === 'ack' ? toldBy(value, body) : undefined;
      journal.write({ at, ms, load: of, promise: promise!, key, n, value: told });
    }
  };
  return {
    send(call) {
      if (!SAFE.has(call.method)) unpromised(call.kind);
      return send(call);
    },
    write: async (promising, call, user) => {
      note('try', promising);
      const outcome = await send(call);
      if (outcome.is === 'ok') note('ack', promising, outcome.body);
      else note(outcome.is, promising);
      if (outcome.is === 'unknown' && user) user.unclear = true;
      return outcome;
    },
    acknowledge: (promising) => note('ack', promising),
  };
}

function toldBy(value: Promising['value'], body: unknown): string | number | undefined {
  return typeof value === 'function' ? value(body) : value;
}
