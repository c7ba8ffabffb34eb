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
 * A request's logger, made of its parent at the first line: most requests log nothing, and making a child costs more than
 * all else that the kit does for them. For Fastify's `childLoggerFactory`.
 */
export class RequestLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Bindings;
  readonly #options: object;
  #made: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings, options: object) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#options = options;
  }

  get #log(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings, this.#options);
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
