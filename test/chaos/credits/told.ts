import { facts } from '../../../systems/skillswap/services/notification/follow.ts';
import type { World } from './world.ts';

type Fact = { userId: string; fact: string };
type Message = { id: string; type: keyof typeof facts; data: never };

/** What people should have been told of by what services have said, and have not. A fact is told once: the table's key says so. */
export async function untold(world: World): Promise<string[]> {
  const expected = (await said(world)).flatMap((message) => factsOf(message));
  const rows = await world.query('notification', 'SELECT DISTINCT user_id, fact FROM deliveries');
  const told = new Set(rows.map(({ user_id, fact }) => `${user_id} ${fact}`));
  const missing = expected.filter(({ userId, fact }) => !told.has(`${userId} ${fact}`));
  return missing.length === 0
    ? []
    : [`${missing.length} of ${expected.length} facts are not told: ${JSON.stringify(missing.slice(0, 3))}`];
}

/** What people were told of though nobody has said it. */
export async function invented(world: World): Promise<string[]> {
  const expected = new Set(
    (await said(world)).flatMap((message) => factsOf(message)).map(({ fact }) => fact),
  );
  const rows = await world.query('notification', 'SELECT DISTINCT fact FROM deliveries');
  return rows
    .filter(({ fact }) => !expected.has(fact))
    .map(({ fact }) => `${fact} was told and never happened`);
}

async function said(world: World): Promise<Message[]> {
  const all = [];
  for (const service of ['session', 'payment'] as const)
    all.push(...(await world.query(service, 'SELECT message FROM banyan_events.outbox ORDER BY seq')));
  return all.map(({ message }) => message);
}

function factsOf(message: Message): Fact[] {
  return message.type in facts ? facts[message.type](message as never) : [];
}
