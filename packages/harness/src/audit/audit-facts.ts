import { setTimeout as delay } from 'node:timers/promises';
import type { Control } from '@banyan/banyan/operate';
import type pg from 'pg';
import type { Load } from '../load/load.ts';
import { factSpans } from './fact-spans.ts';
import { type FactsResult, judgeFacts } from './facts.ts';
import type { FactsListener } from './listen.ts';
import { readWrites } from './writes.ts';

/** More than a run makes. */
const STEPS = 1_000;
const LOOK_MS = 500;

/**
 * Looks for an event of each acknowledged write, and for those that tell of none, whoever made them. The load must have ended; what is
 * still on its way is waited for, until the time is over.
 */
export async function auditFacts(options: {
  journal: string;
  loads: ReadonlyMap<string, Pick<Load, 'facts'>>;
  listener: FactsListener;
  control: Pick<Control, 'status' | 'steps'>;
  /** Of the services, by name. */
  databases: ReadonlyMap<string, pg.Pool>;
  limitMs: number;
  /** Others than the load may have written meanwhile. Default false. */
  strangers?: boolean;
}): Promise<FactsResult> {
  const { journal, loads, listener, control, databases, limitMs, strangers } = options;
  const deadline = performance.now() + limitMs;
  const writes = await readWrites(journal);
  const { services } = await control.status();
  const spans = new Map(
    await Promise.all(
      services.map(async ({ service, stage }) => {
        const steps = await control.steps(service, STEPS);
        return [service, factSpans(steps, stage === 'monolith')] as const;
      }),
    ),
  );
  const outboxes = services.map(({ service }) => databases.get(service)!);
  for (;;) {
    await listener.heardAll(outboxes, deadline - performance.now());
    const result = judgeFacts({ writes, loads, spans, heard: listener.heard, strangers });
    if (result.missing === 0 || performance.now() > deadline) return result;
    await delay(LOOK_MS);
  }
}
