import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { RandomIdGenerator, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';

/** What begins spans. */
export type SpanStarter = Pick<Tracer, 'startSpan'>;

/**
 * Decides whether a trace is recorded before anything is made for it: the SDK's tracer is asked only for spans that are
 * recorded, the others are one small object per request. `root` decides about traces that begin here and, unless
 * `byParent`, about those of others; it decides by the trace's id alone. The tracer records all that it is asked for, and
 * has its ids from `ids`.
 */
export function createStarter(
  tracer: Tracer,
  { ids, root, byParent }: { ids: TraceIds; root: Sampler; byParent: boolean },
): SpanStarter {
  const chosen = (traceId: string) =>
    root.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.INTERNAL, NONE, []).decision !==
    SamplingDecision.NOT_RECORD;
  return {
    startSpan(name: string, options: SpanOptions = {}, from: Context = context.active()): Span {
      const parent = options.root ? undefined : trace.getSpan(from);
      if (parent instanceof UnrecordedSpan) return parent;
      const before = parent?.spanContext();
      if (!before || !trace.isSpanContextValid(before)) {
        const traceId = ids.draw();
        return chosen(traceId)
          ? tracer.startSpan(name, options, from)
          : new UnrecordedSpan(traceId, undefined);
      }
      const recorded = byParent ? (before.traceFlags & TraceFlags.SAMPLED) !== 0 : chosen(before.traceId);
      return recorded
        ? tracer.startSpan(name, options, from)
        : new UnrecordedSpan(before.traceId, before.traceState);
    },
  };
}

const NONE = Object.freeze({});

/** The id of a trace that begins here is the one by which it was decided that it is recorded. */
export class TraceIds extends RandomIdGenerator {
  #drawn = '';

  draw(): string {
    this.#drawn = super.generateTraceId();
    return this.#drawn;
  }

  override generateTraceId(): string {
    return this.#drawn;
  }
}

/** Stands for all that a request does in a trace that is not recorded, to logs and in what it sends on. */
class UnrecordedSpan implements Span {
  readonly #traceId: string;
  readonly #traceState: SpanContext['traceState'];
  #made: SpanContext | undefined;

  constructor(traceId: string, traceState: SpanContext['traceState']) {
    this.#traceId = traceId;
    this.#traceState = traceState;
  }

  /** Made when first asked for: most requests neither log nor call anybody. */
  spanContext(): SpanContext {
    this.#made ??= {
      traceId: this.#traceId,
      spanId: SPAN_IDS.generateSpanId(),
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

const SPAN_IDS = new RandomIdGenerator();
