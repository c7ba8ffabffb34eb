import { trace } from '@opentelemetry/api';
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
