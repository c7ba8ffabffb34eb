import { randomUUID } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Contents } from '../delivery/contents.ts';
import { enqueue } from '../delivery/queue.ts';
import type { NotificationSystem } from '../system.ts';
import { allowance } from './decide.ts';
import { factOf, isAnyRunning, listAudience, noteTold, takeRunning } from './store.ts';

const MOST_AT_ONCE = 500;

/**
 * Queues the messages of a campaign for those whose turn it is, and notes how far it is in the same transaction; a message of a campaign is one by
 * person, so nobody gets it twice, whatever ends whoever does this. True: there is one that runs.
 */
export async function runCampaigns(
  pool: pg.Pool,
  { contents, system }: { contents: Contents; system: NotificationSystem },
): Promise<boolean> {
  return await withTransaction(pool, async (tx) => {
    const campaign = await takeRunning(tx);
    if (!campaign) return await isAnyRunning(tx);
    const { id, audience, per_minute: perMinute, last_user_id: after, since_ms: sinceMs } = campaign;
    const most = Math.min(allowance({ perMinute, sinceMs }), MOST_AT_ONCE);
    if (most === 0) return true;
    const people = await listAudience(tx, system.people, audience, { after, most });
    for (const userId of people) {
      const deliveryId = randomUUID();
      const content = await contents.seal(deliveryId, campaign.link === null ? {} : { link: campaign.link });
      const of = { id: deliveryId, fact: factOf(id), userId, channel: 'email', kind: 'news' } as const;
      await enqueue(tx, { ...of, content, state: 'queued' });
    }
    const state = people.length < most ? 'done' : 'running';
    await noteTold(tx, id, { lastUserId: people.at(-1) ?? after, state });
    return true;
  });
}
