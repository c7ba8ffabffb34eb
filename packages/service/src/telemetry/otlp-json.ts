/** A span as a collector understands it. */
export type ReceivedSpan = {
  /** `service.name` of its resource. */
  service: string;
  resource: Attributes;
  traceId: string;
  spanId: string;
  /** Undefined: the root of its trace. */
  parentSpanId: string | undefined;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  startNanos: bigint;
  endNanos: bigint;
  attributes: Attributes;
  events: { name: string; attributes: Attributes }[];
  links: { traceId: string; spanId: string }[];
  status: 'unset' | 'ok' | 'error';
};
type Attributes = Record<string, unknown>;

/**
 * The spans of an ExportTraceServiceRequest in OTLP's JSON form. Strict: ids in hex and not zero, 64-bit numbers as
 * decimal text, enums as numbers, one kind of value per attribute, end not before start. Throws what is wrong and where.
 */
export function parseExport(body: unknown): ReceivedSpan[] {
  return list(body, 'resourceSpans').flatMap((resourceSpans) => {
    const resource = attributesOf(record(record(resourceSpans, 'resourceSpans').resource, 'resource'));
    const service = resource['service.name'];
    if (typeof service !== 'string' || service === '') throw new Error('resource has no service.name');
    return list(resourceSpans, 'scopeSpans').flatMap((scopeSpans) => {
      text(record(record(scopeSpans, 'scopeSpans').scope, 'scope').name, 'scope.name');
      return list(scopeSpans, 'spans').map((span) => ({
        service,
        resource,
        ...spanOf(record(span, 'span')),
      }));
    });
  });
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

function spanOf(span: Record<string, unknown>): Omit<ReceivedSpan, 'service' | 'resource'> {
  const name = text(span.name, 'span.name');
  if (name === '') throw new Error('span.name is empty');
  const startNanos = uint64(span.startTimeUnixNano, 'startTimeUnixNano');
  const endNanos = uint64(span.endTimeUnixNano, 'endTimeUnixNano');
  if (endNanos < startNanos) throw new Error(`span ${name} ends before it starts`);
  const kind = KINDS[(span.kind as number) - 1];
  if (!kind) throw new Error(`kind ${span.kind} is none`);
  const code = span.status === undefined ? 0 : (record(span.status, 'status').code ?? 0);
  const status = STATUSES[code as number];
  if (!status) throw new Error(`status.code ${code} is none`);
  return {
    ...idsOf(span),
    parentSpanId: span.parentSpanId ? hex(span.parentSpanId, 8, 'parentSpanId') : undefined,
    name,
    kind,
    startNanos,
    endNanos,
    attributes: attributesOf(span),
    events: list(span, 'events').map((event) => {
      uint64(record(event, 'event').timeUnixNano, 'event.timeUnixNano');
      return { name: text(record(event, 'event').name, 'event.name'), attributes: attributesOf(event) };
    }),
    links: list(span, 'links').map((link) => idsOf(record(link, 'link'))),
    status,
  };
}

function idsOf({ traceId, spanId }: Record<string, unknown>): { traceId: string; spanId: string } {
  return { traceId: hex(traceId, 16, 'traceId'), spanId: hex(spanId, 8, 'spanId') };
}

function attributesOf(of: unknown): Attributes {
  const pairs = list(of, 'attributes').map((attribute): [string, unknown] => {
    const { key, value } = record(attribute, 'attribute');
    return [text(key, 'attribute.key'), anyValue(record(value, `attribute ${String(key)}`))];
  });
  const attributes = Object.fromEntries(pairs);
  if (Object.keys(attributes).length < pairs.length) throw new Error('an attribute comes twice');
  return attributes;
}

function anyValue(value: Record<string, unknown>): unknown {
  const [[kind, given] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0) throw new Error(`an attribute has several values: ${Object.keys(value).join(', ')}`);
  if (kind === 'stringValue' && typeof given === 'string') return given;
  if (kind === 'boolValue' && typeof given === 'boolean') return given;
  if (kind === 'doubleValue' && typeof given === 'number') return given;
  if (kind === 'intValue' && /^-?\d+$/.test(String(given))) return Number(given);
  if (kind === 'arrayValue') return list(given, 'values').map((one) => anyValue(record(one, 'arrayValue')));
  if (kind === 'kvlistValue') return attributesOf({ attributes: list(given, 'values') });
  throw new Error(`an attribute's value is none: ${JSON.stringify(value)}`);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`);
  return value as Record<string, unknown>;
}

/** A field that is left out is an empty list, as in protobuf. */
function list(of: unknown, name: string): unknown[] {
  const value = record(of, `the parent of ${name}`)[name] ?? [];
  if (!Array.isArray(value)) throw new Error(`${name} is no list`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is no text`);
  return value;
}

function hex(value: unknown, bytes: number, what: string): string {
  const form = new RegExp(`^[0-9a-f]{${bytes * 2}}$`);
  if (typeof value !== 'string' || !form.test(value) || /^0+$/.test(value)) {
    throw new Error(`${what} is not ${bytes} bytes in hex: ${String(value)}`);
  }
  return value;
}

function uint64(value: unknown, what: string): bigint {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value))
    throw new Error(`${what} is no 64-bit number as text`);
  return BigInt(value);
}
