import { randomUUID } from 'node:crypto';
import type { Envelope } from '../envelope.ts';
import { EventsError } from '../errors.ts';
import { keptText } from '../failure.ts';

/** What came off a bus. If it is no message, `unreadable` says why, and a message that only shows it stands in for it. */
export type Received = { message: Envelope; unreadable?: EventsError };

/** The type of messages that stand in for what is none. */
const UNREADABLE = 'unreadable';

export function receive(text: string): Received {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable('it is no JSON', text);
  }
  return receiveValue(value);
}

/** The same of what was JSON. */
export function receiveValue(value: unknown): Received {
  const problem = problemOf(value);
  // One that stood in for something before, and was given again.
  if (problem === undefined && (value as Envelope).type === UNREADABLE)
    return { message: value as Envelope, unreadable: new EventsError('NOT_A_MESSAGE') };
  return problem === undefined
    ? { message: value as Envelope }
    : unreadable(problem, JSON.stringify(value) ?? '');
}

function problemOf(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is no object';
  const wrong = TEXTS.find((name) => typeof value[name] !== 'string');
  if (wrong) return `${wrong} is no text`;
  if (value.id === '' || value.type === '') return 'id or type is empty';
  if (value.recipient !== undefined && typeof value.recipient !== 'string') return 'recipient is no text';
  if (!Number.isInteger(value.dataversion)) return 'dataversion is no whole number';
  if (!isObject(value.data)) return 'data is no object';
  return undefined;
}

const TEXTS = ['id', 'type', 'source', 'subject', 'time', 'kind', 'correlationid'] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(problem: string, content: string): Received {
  const id = randomUUID();
  const message: Envelope = {
    specversion: '1.0',
    id,
    source: '/unknown',
    type: UNREADABLE,
    time: new Date().toISOString(),
    subject: id,
    datacontenttype: 'application/json',
    dataversion: 1,
    kind: 'event',
    correlationid: id,
    data: { content: keptText(content) },
  };
  return { message, unreadable: new EventsError('NOT_A_MESSAGE', { problem }) };
}
