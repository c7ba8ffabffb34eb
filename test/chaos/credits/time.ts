import { untold } from './told.ts';
import type { World } from './world.ts';

/** What waits for its time, by service. */
const WAITING = {
  session: ['session_credits', 'reminders', 'rooms'],
  payment: ['purchases', 'refunds', 'disputes', 'withdrawals'],
} as const;

/** While nothing runs: leases and pauses are over, and it is time for all that waits, but for withdrawals, which wait for a Monday. */
export async function timeIsUp(world: World): Promise<void> {
  for (const service of ['session', 'payment'] as const)
    for (const table of WAITING[service].filter((one) => one !== 'withdrawals'))
      await world.query(
        service,
        `UPDATE ${table} SET due_at = now(), leased_until = NULL, attempts = 0 WHERE due_at IS NOT NULL`,
      );
}

/** While nothing runs: it is weeks later. */
export async function endOfTime(world: World): Promise<void> {
  await world.query(
    'payment',
    `UPDATE purchases SET created_at = created_at - interval '2 days' WHERE due_at IS NOT NULL`,
  );
  await world.query(
    'payment',
    'UPDATE withdrawals SET due_at = now(), leased_until = NULL WHERE due_at IS NOT NULL',
  );
  await timeIsUp(world);
}

/** What has not been gone on with that could be. */
export async function isAtRest(world: World): Promise<string[]> {
  return [
    ...(await left(world, 'session', 'session_credits', `state NOT IN ('HELD', 'SETTLED', 'LOST')`)),
    ...(await left(world, 'session', 'sessions', 'NOT booked')),
    ...(await left(world, 'payment', 'purchases', `state = 'CREATED'`)),
    ...(await left(world, 'payment', 'refunds', `state IN ('REQUESTED', 'SENT')`)),
    ...(await left(world, 'payment', 'disputes', `state = 'NEW'`)),
    ...(await untold(world)),
  ];
}

/** Sessions that nobody has ended and that the clock has not closed either. */
export async function isClosed(world: World): Promise<string[]> {
  const open = `state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS')`;
  return await left(world, 'session', 'sessions', open);
}

/** What is not over, though all its time is. */
export async function isOver(world: World): Promise<string[]> {
  return [
    ...(await isAtRest(world)),
    ...(await isClosed(world)),
    ...(await left(world, 'session', 'session_credits', `state = 'HELD'`)),
    ...(await left(world, 'payment', 'holds', `state = 'ACTIVE'`)),
    ...(await left(world, 'payment', 'purchases', `state NOT IN ('PAID', 'FAILED')`)),
    ...(await left(
      world,
      'payment',
      'withdrawals',
      `state = 'REQUESTED' AND method IS NOT NULL OR (state = 'REQUESTED' AND leased_until IS NOT NULL)`,
    )),
  ];
}

async function left(
  world: World,
  service: 'session' | 'payment',
  table: string,
  where: string,
): Promise<string[]> {
  const rows = await world.query(service, `SELECT * FROM ${table} WHERE ${where} LIMIT 3`);
  return rows.length === 0 ? [] : [`${table} where ${where}: ${JSON.stringify(rows)}`];
}
