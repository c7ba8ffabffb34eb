import {
  type Context,
  context,
  type Span,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { TraceLimit } from './trace-limit.ts';

/** What begins spans. */
export type SpanStarter = Pick<Tracer, 'startSpan'>;

/**
 * Decides whether a trace is recorded before anything is made for it: the SDK's tracer is asked only for spans that are
 * recorded, the others are one small object per request. `share`, from 0 to 1, is how much is recorded of the traces that
 * begin here and, unless `byParent`, of those of others; it is decided by the trace's id alone, and for those that begin
 * here by `limit` too. The tracer records all that it is asked for, and has its ids from `ids`.
 */
export function createStarter(
  tracer: Tracer,
  { ids, share, byParent, limit }: { ids: TraceIds; share: number; byParent: boolean; limit: TraceLimit },
): SpanStarter {
  return {
    startSpan(name: string, options: SpanOptions = {}, from: Context = context.active()): Span {
      const parent = options.root ? undefined : trace.getSpan(from);
      if (parent instanceof UnrecordedSpan) return parent;
      const before = parent?.spanContext();
      if (!before || !trace.isSpanContextValid(before)) {
        const id = drawTraceId();
        if (!isChosen(id, share) || !limit()) return new UnrecordedSpan(id, undefined);
        ids.next = textOf(id);
        return tracer.startSpan(name, options, from);
      }
      const sampled = (before.traceFlags & TraceFlags.SAMPLED) !== 0;
      const recorded = byParent ? sampled : isChosen(wordsOf(before.traceId), share);
      return recorded
        ? tracer.startSpan(name, options, from)
        : new UnrecordedSpan(before.traceId, before.traceState);
    },
  };
}

/** A trace's id as four numbers of 32 bits: most are never read, so none is text before it is. */
type TraceId = { a: number; b: number; c: number; d: number };

function drawTraceId(): TraceId {
  // Never all zero, which is no id.
  return { a: randomWord(), b: randomWord(), c: randomWord(), d: randomWord() || 1 };
}

const randomWord = () => (Math.random() * 2 ** 32) >>> 0;

function textOf({ a, b, c, d }: TraceId): string {
  ID.writeUInt32BE(a, 0);
  ID.writeUInt32BE(b, 4);
  ID.writeUInt32BE(c, 8);
  ID.writeUInt32BE(d, 12);
  return ID.toString('hex');
}

const ID = Buffer.alloc(16);

export function wordsOf(traceId: string): TraceId {
  const word = (from: number) => Number.parseInt(traceId.slice(from, from + 8), 16);
  return { a: word(0), b: word(8), c: word(16), d: word(24) };
}

/** As OpenTelemetry's own `traceidratio` decides: all services with the same share agree on a trace. */
export function isChosen({ a, b, c, d }: TraceId, share: number): boolean {
  if (share >= 1) return true;
  return (a ^ b ^ c ^ d) >>> 0 < Math.floor(share * (2 ** 32 - 1));
}

/** The id of a trace that begins here is the one by which it was decided that it is recorded. */
export class TraceIds {
  next = '';

  generateTraceId(): string {
    return this.next;
  }

  generateSpanId(): string {
    return drawSpanId();
  }
}

function drawSpanId(): string {
  ID.writeUInt32BE(randomWord(), 0);
  // Never all zero, which is no id.
  ID.writeUInt32BE(randomWord() || 1, 4);
  return ID.toString('hex', 0, 8);
}

/** Stands for all that a request does in a trace that is not recorded, to logs and in what it sends on. */
class UnrecordedSpan implements Span {
  readonly #traceId: TraceId | string;
  readonly #traceState: SpanContext['traceState'];
  #made: SpanContext | undefined;

  constructor(traceId: TraceId | string, traceState: SpanContext['traceState']) {
    this.#traceId = traceId;
    this.#traceState = traceState;
  }

  /** Made when first asked for: most requests neither log nor call anybody. */
  spanContext(): SpanContext {
    this.#made ??= {
      traceId: typeof this.#traceId === 'string' ? this.#traceId : textOf(this.#traceId),
      spanId: drawSpanId(),
      traceFlags: TraceFlags.NONE,
      ...(this.#traceState && { traceState: this.#traceState }),
    };
    return this.#made;
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  recordException(): void {}
  end(): void {}
}
