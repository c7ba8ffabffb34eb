import type { Db } from '@banyan/postgres';
import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type pg from 'pg';
import { tracerOf } from './trace.ts';

/**
 * Gives each SQL statement of a traced request or message a span: the statement's text, never its values. Where nothing
 * is recorded it costs one look at the context.
 */
export function traceQueries(pool: Db): void {
  pool.on('connect', (client) => traceClient(client));
  const query = pool.query as Query;
  // A queued query of a pool runs when another request gives its client back, in that request's context. So a recorded
  // one says itself which context it is of.
  const traced: Query = (config, values, callback) => {
    const active = returnsPromise(config, values, callback) ? recordingContext() : undefined;
    if (!active) return query.call(pool, config, values, callback);
    return onClient(pool, active, config, values);
  };
  Object.assign(pool, { query: traced });
}

/** pg's, which takes what it is not given for undefined. */
type Query = (this: unknown, config: unknown, values?: unknown, callback?: unknown) => unknown;

/** A client's own way to ask, by which its statements have no span. */
const UNTRACED = Symbol('untraced');

function traceClient(client: pg.PoolClient): void {
  const query = client.query as Query;
  const traced: Query = (config, values, callback) => {
    // A callback means that the pool calls, on behalf of nobody knows whom.
    const active = returnsPromise(config, values, callback) ? recordingContext() : undefined;
    if (!active) return query.call(client, config, values, callback);
    const span = beginQuery(config, active);
    return (query.call(client, config, values) as Promise<unknown>).then(
      (result) => {
        span.end();
        return result;
      },
      (error: unknown) => {
        failQuery(span, error);
        throw error;
      },
    );
  };
  Object.assign(client, { query: traced, [UNTRACED]: query });
}

/** With callbacks, which cost less than promises; the span begins when there is a client. */
function onClient(pool: Db, active: Context, config: unknown, values: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    pool.connect((refused, client, release) => {
      if (refused || !client) return reject(refused);
      let broken: Error | undefined;
      const onError = (error: Error) => {
        broken = error;
      };
      client.on('error', onError);
      const span = beginQuery(config, active);
      const done = (error: unknown, result?: unknown) => {
        client.removeListener('error', onError);
        if (error) failQuery(span, error);
        else span.end();
        release(broken);
        if (error) reject(error);
        else resolve(result);
      };
      const { [UNTRACED]: query = client.query } = client as { [UNTRACED]?: unknown; query: unknown };
      try {
        (query as Query).call(client, config, values, done);
      } catch (error) {
        done(error);
      }
    });
  });
}

function beginQuery(config: unknown, active: Context): Span {
  const text = typeof config === 'string' ? config : (config as { text: string }).text;
  return tracerOf(active)!.startSpan(
    /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL',
    { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': text } },
    active,
  );
}

/** Not the message: it may quote a value. */
function failQuery(span: Span, error: unknown): void {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') span.setAttribute('db.response.status_code', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The context that runs now, if what is done in it is recorded. */
function recordingContext(): Context | undefined {
  const active = context.active();
  if (!trace.getSpan(active)?.isRecording()) return undefined;
  return tracerOf(active) && active;
}

/** Not with a callback, and no stream or cursor, which are submitted and go on after the call. */
function returnsPromise(config: unknown, values: unknown, callback: unknown): boolean {
  if (typeof callback === 'function' || typeof values === 'function') return false;
  return typeof (config as { submit?: unknown } | undefined)?.submit !== 'function';
}
