import type { Db } from '@banyan/postgres';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type pg from 'pg';
import { tracerOf } from './trace.ts';

/**
 * Gives each SQL statement of a traced request or message a span: the statement's text, never its values. Where nothing
 * is recorded it costs one look at the context.
 */
export function traceQueries(pool: Db): void {
  pool.on('connect', (client) => traceClient(client));
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  // A queued query of a pool runs when another request gives its client back, in that request's context. So a recorded
  // one takes its client here, by a promise, which keeps to the context it was made in.
  const traced = (...args: unknown[]): unknown => {
    if (!returnsPromise(args) || !recording()) return query(...args);
    return onClient(pool, (client) => (client.query as (...args: unknown[]) => Promise<unknown>)(...args));
  };
  Object.assign(pool, { query: traced });
}

function traceClient(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const traced = (...args: unknown[]): unknown => {
    // A callback means that the pool calls, on behalf of nobody knows whom.
    if (!returnsPromise(args) || !recording()) return query(...args);
    const text = typeof args[0] === 'string' ? args[0] : (args[0] as { text: string }).text;
    return inQuerySpan(text, () => query(...args) as Promise<unknown>);
  };
  Object.assign(client, { query: traced });
}

async function inQuerySpan<T>(text: string, run: () => Promise<T>): Promise<T> {
  const active = context.active();
  const span = tracerOf(active)!.startSpan(
    /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL',
    { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': text } },
    active,
  );
  try {
    return await run();
  } catch (error) {
    // Not the message: it may quote a value.
    const { code } = error as { code?: unknown };
    if (typeof code === 'string') span.setAttribute('db.response.status_code', code);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

async function onClient<T>(pool: Db, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await run(client);
  } finally {
    client.removeListener('error', onError);
    client.release(broken);
  }
}

function recording(): boolean {
  const active = context.active();
  return trace.getSpan(active)?.isRecording() === true && tracerOf(active) !== undefined;
}

/** Not with a callback, and no stream or cursor, which are submitted and go on after the call. */
function returnsPromise(args: unknown[]): boolean {
  return typeof args.at(-1) !== 'function' && typeof (args[0] as { submit?: unknown })?.submit !== 'function';
}
