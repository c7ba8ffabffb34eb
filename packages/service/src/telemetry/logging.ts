import { trace } from '@opentelemetry/api';
import type { FastifyBaseLogger } from 'fastify';
import type { LoggerOptions } from 'pino';

/** Names under which secrets come, in any object that is logged and one level below. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'current_password',
  'new_password',
  'password_hash',
  'secret',
  'token',
  'access_token',
  'refresh_token',
  'DATABASE_URL',
];

/** pino's options of a service: JSON lines with the ids of the trace that they belong to, and without secrets. */
export function loggerOptions(name: string, level: string): LoggerOptions {
  const paths = SECRETS.flatMap((secret) => [secret, `*.${secret}`]);
  return {
    name,
    level,
    redact: { paths: [...paths, 'req.headers.authorization', 'req.headers.cookie'], censor: '[redacted]' },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
    },
  };
}

type Bindings = Record<string, unknown>;

/**
 * Lets Fastify's loggers of requests be made at their first line; all other children are made at once. Not by its
 * `childLoggerFactory`, whose loggers it examines method by method at each request.
 */
export function makeRequestLoggersLazy(log: FastifyBaseLogger): void {
  const child = log.child as (this: FastifyBaseLogger, ...given: unknown[]) => FastifyBaseLogger;
  // Children inherit this from their parent, so it is `this` that is the parent.
  function lazyChild(this: FastifyBaseLogger, bindings: Bindings, options: object) {
    if (bindings?.[REQUEST_ID] === undefined) return child.call(this, bindings, options);
    return new RequestLogger(() => child.call(this, bindings, options));
  }
  Object.assign(log, { child: lazyChild });
}

/** Fastify's name for the one binding of a request's logger. */
const REQUEST_ID = 'reqId';

/**
 * A request's logger, made at the first line: most requests log nothing, and making a child costs more than all else that
 * the kit does for them.
 */
class RequestLogger {
  readonly #make: () => FastifyBaseLogger;
  #made: FastifyBaseLogger | undefined;

  constructor(make: () => FastifyBaseLogger) {
    this.#make = make;
  }

  get #log(): FastifyBaseLogger {
    this.#made ??= this.#make();
    return this.#made;
  }

  get level(): string {
    return this.#log.level;
  }
  set level(level: string) {
    this.#log.level = level;
  }
  fatal(...line: unknown[]): void {
    write(this.#log, 'fatal', line);
  }
  error(...line: unknown[]): void {
    write(this.#log, 'error', line);
  }
  warn(...line: unknown[]): void {
    write(this.#log, 'warn', line);
  }
  info(...line: unknown[]): void {
    write(this.#log, 'info', line);
  }
  debug(...line: unknown[]): void {
    write(this.#log, 'debug', line);
  }
  trace(...line: unknown[]): void {
    write(this.#log, 'trace', line);
  }
  silent(): void {}
  child(bindings: Bindings, options?: object): FastifyBaseLogger {
    return this.#log.child(bindings, options);
  }
}

function write(
  log: FastifyBaseLogger,
  level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
  line: unknown[],
) {
  (log[level] as (...line: unknown[]) => void)(...line);
}
