import { pick } from '../../random.ts';
import type { World } from './world.ts';

const EVERY_MS = 60;
const HOWS = ['down', 'lost', 'lost', 'hang'] as const;
const REFUND = /refund/;

/** Those who take payments, as they are on bad days: they fail, before and after they have charged, and their messages come twice, late, in any order, or not before the end. */
export function startProviders(world: World, random: () => number) {
  const all = Object.values(world.payers);
  const answered = new Set<string>();
  let stopped = false;
  const running = loop();
  return {
    /** No more fails; all messages are sent once more, until each is taken; some payers answer what they were asked, and some never do. */
    async settle(limitMs: number): Promise<void> {
      stopped = true;
      await running;
      for (const payers of all) payers.faults.clear();
      answerSome(1);
      await tellAll(limitMs);
    },
    tellAll,
  };

  async function loop(): Promise<void> {
    const sending = new Set<Promise<unknown>>();
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      const payers = pick(random, all);
      const { create, confirm, look } = payers.paths;
      if (random() < 0.25)
        payers.faults.add(pick(random, HOWS), pick(random, [create, confirm, confirm, look, REFUND]));
      answerSome(0.3);
      if (random() < 0.015) dispute();
      const messages = payers.messages();
      if (messages.length === 0) continue;
      const sent = pick(random, messages)(hook(payers.name), random() < 0.98).catch(() => 0);
      sending.add(sent);
      void sent.finally(() => sending.delete(sent));
    }
    await Promise.all(sending);
  }

  /** Payers who were asked something answer it, if they ever do. */
  function answerSome(share: number): void {
    for (const payers of all)
      for (const id of payers.payments()) {
        if (answered.has(id) || random() >= share) continue;
        answered.add(id);
        const chance = random();
        if (chance < 0.7) payers.answer(id, payers.methods.good);
        else if (chance < 0.8 && payers.name === 'paypal') payers.answer(id, payers.methods.refused);
      }
  }

  function dispute(): void {
    const payers = pick(random, all);
    const charged = payers.payments().filter((id) => isCharged(world, payers.name, id));
    if (charged.length > 0) payers.dispute(pick(random, charged));
  }

  async function tellAll(limitMs: number): Promise<void> {
    const limit = performance.now() + limitMs;
    for (const payers of all)
      for (const send of shuffled(payers.messages()))
        while ((await send(hook(payers.name)).catch(() => 0)) !== 204) {
          if (performance.now() > limit) throw new Error(`a message of ${payers.name} is never taken`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
  }

  function hook(name: string): string {
    return `${world.url('payment')}/api/v1/payments/webhooks/${name}`;
  }

  function shuffled<T>(from: readonly T[]): T[] {
    return from
      .map((one) => [random(), one] as const)
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
  }
}

export function isCharged({ payers }: World, name: 'stripe' | 'paypal', id: string): boolean {
  return name === 'stripe'
    ? payers.stripe.double.intents.get(id).status === 'succeeded'
    : payers.paypal.double.orders.get(id).status === 'COMPLETED';
}
