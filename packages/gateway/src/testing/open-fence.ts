import { randomUUID } from 'node:crypto';
import { type FencesOfStep, openFences } from '../control/fence.ts';
import type { Queryable } from '../control/schema.ts';

/** Opens the fence of one service. */
export async function openFence(
  db: Queryable,
  { service, ...step }: { service: string; limitMs: number } & Omit<FencesOfStep, 'fences'>,
): Promise<{ id: string; service: string }> {
  const fence = { id: randomUUID(), service };
  await openFences(db, { fences: [fence], ...step });
  return fence;
}
