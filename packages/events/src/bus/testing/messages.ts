import { randomUUID } from 'node:crypto';
import type { Envelope } from '../../envelope.ts';
import type { Bus, Delivery, Subscription } from '../bus.ts';

export function message(type: string, subject = 'a key', data: Record<string, unknown> = {}): Envelope {
  const id = randomUUID();
  const at = { time: new Date().toISOString(), subject, datacontenttype: 'application/json' as const };
  const what = { id, source: '/test/suite', type, dataversion: 1, kind: 'event' as const };
  return { specversion: '1.0', ...what, ...at, correlationid: id, data };
}

export function messages(
  count: number,
  type: string,
  subject: (n: number) => string = (n) => `key-${n}`,
): Envelope[] {
  return Array.from({ length: count }, (_, n) => message(type, subject(n), { n }));
}

/** What subscribers were given and `work` did not reject, and promises for when enough of it is there. */
export function inbox(work: (message: Envelope, delivery: Delivery) => Promise<void> | void = () => {}) {
  const got: Envelope[] = [];
  const deliveries: Delivery[] = [];
  const waiting = new Set<() => void>();
  const untilTrue = async (done: () => boolean) => {
    while (!done()) await new Promise<void>((resolve) => waiting.add(resolve));
  };
  return {
    messages: got,
    deliveries,
    ids: () => got.map(({ id }) => id),
    as: (group: string, types: string[], options: Partial<Subscription> = {}): Subscription => ({
      group,
      types,
      ...options,
      async handle(message, delivery) {
        await work(message, delivery);
        got.push(message);
        deliveries.push(delivery);
        for (const wake of waiting) wake();
        waiting.clear();
      },
    }),
    until: (count: number) => untilTrue(() => got.length >= count),
    untilDifferent: (count: number) => untilTrue(() => new Set(got.map(({ id }) => id)).size >= count),
    untilIds: (ids: string[]) => untilTrue(() => ids.every((id) => got.some((message) => message.id === id))),
  };
}

/** Nothing tells when a letter has arrived: asked for until it is there, the test's time limit is the limit. */
export async function deadLetters(bus: Bus, group: string, count: number) {
  for (;;) {
    const letters = await bus.dead.list({ group });
    if (letters.length >= count) return letters;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A publisher whose connection was cut tries again, as the relay does. */
export async function insistently(run: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
