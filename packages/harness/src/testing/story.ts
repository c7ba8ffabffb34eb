import assert from 'node:assert/strict';
import { until } from '@banyan/postgres/until';
import type { Answer, Json } from './request.ts';

/** What was done and what was answered, in order; equal wherever the parts of a system stand. */
export type Told = { step: string; status: number; body: Json };

/** Others hear of what happened some tenths of a second later. */
const HEARD_MS = 50;

/** Writes a story down while it happens. `labels`: an answer without what differs by nature. */
export function tellingOf(labels: (body: Json) => Json) {
  const told: Told[] = [];
  const write = (step: string, { status, body }: Answer) => {
    told.push({ step, status, body: labels(body) });
    return body;
  };
  /** An answer that has to be good. */
  const tell = (step: string, answer: Answer): Json => {
    assert.ok(answer.status < 300, `${step}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return write(step, answer);
  };
  return {
    told,
    tell,
    /** One that has to be a refusal. */
    tellRefused: (step: string, answer: Answer): Json => {
      assert.ok(
        answer.status >= 400 && answer.status < 500,
        `${step}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
      return write(step, answer);
    },
    /** What others than the one asked must have heard of is asked for until it is there; what it then says counts. */
    tellWhen: async (step: string, ask: () => Promise<Answer>, heard: (body: Json) => boolean) => {
      let last: Answer | undefined;
      const asked = until(
        async () => {
          last = await ask();
          // Whoever asks this often may be told to wait.
          if (last.status === 429) return undefined;
          return (last.status >= 300 || heard(last.body)) && last;
        },
        { everyMs: HEARD_MS, what: step },
      );
      return tell(
        step,
        await asked.catch((cause: Error) => {
          throw new Error(`${cause.message}: ${JSON.stringify(last?.body)}`, { cause });
        }),
      );
    },
  };
}

/** One after the other, so that the first that differs is shown and not all. */
export function assertSame(told: readonly Told[], expected: readonly Told[]): void {
  for (const [n, each] of told.entries()) assert.deepEqual(each, expected[n]);
  assert.equal(told.length, expected.length);
}

/** Labels of all values in a body that are not null; `label` is given the name of the field, '' at the top. */
export function labelsBy(label: (key: string, value: Json) => Json): (body: Json) => Json {
  const labelled = (key: string, value: Json): Json => {
    if (Array.isArray(value)) return value.map((each) => labelled(key, each));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, labelled(name, each)]));
    return value === null ? value : label(key, value);
  };
  return (body) => labelled('', body);
}
