import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { context, propagation, ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { carryContexts } from './carry.ts';
import { contextOf, inSpan, traceCarrier } from './trace.ts';
import { limitTraces, type TraceLimit } from './trace-limit.ts';
import { createStarter, TraceIds } from './unrecorded.ts';

carryContexts();

function starterOf(share: number, byParent = true, limit: TraceLimit = () => true) {
  const ids = new TraceIds();
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  return { starter: createStarter(provider.getTracer('test'), { ids, share, byParent, limit }), exporter };
}

const NEVER = 0;
const ALMOST_ALL = 0.999;
const remote = (traceId: string, traceFlags: TraceFlags) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags, isRemote: true });

describe('a trace that begins here', () => {
  it('is recorded if its id says so to any service with the same ratio, and all ids differ', () => {
    const half = new TraceIdRatioBasedSampler(0.5);
    const { starter } = starterOf(0.5);
    const spans = Array.from({ length: 500 }, () => starter.startSpan('x', {}, ROOT_CONTEXT));
    for (const span of spans) {
      const { traceId, traceFlags } = span.spanContext();
      const { decision } = half.shouldSample(ROOT_CONTEXT, traceId);
      assert.equal(span.isRecording(), decision === SamplingDecision.RECORD_AND_SAMPLED);
      assert.equal(traceFlags, span.isRecording() ? TraceFlags.SAMPLED : TraceFlags.NONE);
    }
    assert.equal(new Set(spans.map((span) => span.spanContext().traceId)).size, spans.length);
    assert.equal(new Set(spans.map((span) => span.isRecording())).size, 2);
  });

  it('has one id for logs and calls when it is not recorded, and spans in it are made of nothing', async () => {
    const { starter, exporter } = starterOf(NEVER);
    const span = starter.startSpan('x', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
    await context.with(trace.setSpan(contextOf(starter), span), async () => {
      const { traceId, spanId } = span.spanContext();
      assert.deepEqual(traceCarrier(), { traceparent: `00-${traceId}-${spanId}-00` });
      await inSpan('inner', {}, async (inner) => assert.equal(inner, span));
    });
    assert.deepEqual(exporter.getFinishedSpans(), []);
  });
});

describe('of traces that begin here', () => {
  it('no more are recorded in any second than the limit allows twice over, and those of others do not count', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(400), { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (steps, perSecond) => {
          let clock = 0;
          const { starter } = starterOf(
            ALMOST_ALL,
            true,
            limitTraces(perSecond, () => clock),
          );
          const recordedAt: number[] = [];
          for (const step of steps) {
            clock += step;
            starter.startSpan('x', {}, remote('0af7651916cd43dd8448eb211c80319c', TraceFlags.SAMPLED));
            if (starter.startSpan('x', {}, ROOT_CONTEXT).isRecording()) recordedAt.push(clock);
          }
          for (const from of recordedAt) {
            const within = recordedAt.filter((at) => at >= from && at < from + 1000).length;
            assert.ok(within <= 2 * perSecond, `${within} in a second`);
          }
        },
      ),
    );
  });

  it('those come again when there is room again', () => {
    let clock = 0;
    const limit = limitTraces(2, () => clock);
    const take = () => [limit(), limit(), limit()];
    assert.deepEqual(take(), [true, true, false]);
    clock = 500;
    assert.deepEqual(take(), [true, false, false]);
    assert.equal(limitTraces(Number.POSITIVE_INFINITY)(), true);
  });
});

describe('a trace that began elsewhere', () => {
  const id = '0af7651916cd43dd8448eb211c80319c';

  it('is recorded as was decided there', () => {
    const { starter } = starterOf(NEVER);
    const followed = starter.startSpan('x', {}, remote(id, TraceFlags.SAMPLED));
    assert.equal(followed.isRecording(), true);
    assert.equal(followed.spanContext().traceId, id);
    const left = starter.startSpan('x', {}, remote(id, TraceFlags.NONE));
    assert.equal(left.isRecording(), false);
    assert.equal(left.spanContext().traceId, id);
    assert.notEqual(left.spanContext().spanId, 'b7ad6b7169203331');
  });

  it('is decided upon by its id where parents are not asked', () => {
    const { starter } = starterOf(NEVER, false);
    assert.equal(starter.startSpan('x', {}, remote(id, TraceFlags.SAMPLED)).isRecording(), false);
    const third = new TraceIdRatioBasedSampler(0.3);
    const { starter: ours } = starterOf(0.3, false);
    for (let n = 1; n <= 200; n++) {
      const other = createHash('md5').update(String(n)).digest('hex');
      const { decision } = third.shouldSample(ROOT_CONTEXT, other);
      const span = ours.startSpan('x', {}, remote(other, TraceFlags.NONE));
      assert.equal(span.isRecording(), decision === SamplingDecision.RECORD_AND_SAMPLED);
    }
  });
});

describe('what is done for a message of another trace', () => {
  it('has that trace and its baggage, and nothing of the one around it', async () => {
    const { starter } = starterOf(NEVER);
    const around = propagation.setBaggage(
      trace.setSpan(contextOf(starter), starter.startSpan('x', {}, ROOT_CONTEXT)),
      propagation.createBaggage({ plan: { value: 'gold' } }),
    );
    const parent = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' };
    const carrier = await context.with(around, () =>
      inSpan('process', { parent }, async () => traceCarrier()),
    );
    assert.match(carrier.traceparent!, /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    assert.equal(carrier.baggage, undefined);
  });
});
