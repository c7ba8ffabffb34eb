import type pg from 'pg';
import type { CampaignState } from '../api/campaigns.ts';
import type { Locale, TemplateWords } from '../api/index.ts';
import type { PeopleSystem, UserId } from '../system.ts';

type Executor = pg.Pool | pg.PoolClient;

/** All who have asked for news, narrowed by language or ids. */
export type Audience = { locales?: Locale[]; user_ids?: UserId[] };

export type Campaign = {
  id: string;
  name: string;
  state: CampaignState;
  words: TemplateWords;
  link: string | null;
  audience: Audience;
  per_minute: number;
  created_at: Date;
};

const COLUMNS = 'id, name, state, words, link, audience, per_minute, created_at';
export const CAMPAIGNS = `SELECT ${COLUMNS} FROM campaigns`;

export async function insertCampaign(
  db: Executor,
  one: Pick<Campaign, 'name' | 'words' | 'link' | 'audience' | 'per_minute'> & { createdBy: UserId },
): Promise<Campaign> {
  const { rows } = await db.query<Campaign>(
    `INSERT INTO campaigns (name, words, link, audience, per_minute, created_by) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING ${COLUMNS}`,
    [
      one.name,
      JSON.stringify(one.words),
      one.link,
      JSON.stringify(one.audience),
      one.per_minute,
      one.createdBy,
    ],
  );
  return rows[0]!;
}

export async function findCampaign(db: Executor, id: string): Promise<Campaign | undefined> {
  const { rows } = await db.query<Campaign>(`${CAMPAIGNS} WHERE id = $1`, [id]);
  return rows[0];
}

export async function lockCampaign(tx: pg.PoolClient, id: string): Promise<Campaign | undefined> {
  const { rows } = await tx.query<Campaign>(`${CAMPAIGNS} WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** From when it runs, what the throttle allows is counted anew. */
export async function setState(tx: pg.PoolClient, id: string, state: CampaignState): Promise<void> {
  await tx.query('UPDATE campaigns SET state = $2, told_at = clock_timestamp() WHERE id = $1', [id, state]);
}

/** Messages of a campaign by their state. */
export async function countsOf(db: Executor, id: string): Promise<Record<string, number>> {
  const { rows } = await db.query<{ state: string; count: number }>(
    'SELECT state, count(*)::int AS count FROM deliveries WHERE fact = $1 GROUP BY state',
    [factOf(id)],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** One of those that may tell somebody now, if nobody else has it in hand. `since_ms`: since somebody was told last. */
export async function takeRunning(
  tx: pg.PoolClient,
): Promise<(Campaign & { last_user_id: UserId | null; since_ms: number }) | undefined> {
  const { rows } = await tx.query(
    `SELECT ${COLUMNS}, last_user_id, extract(epoch FROM clock_timestamp() - told_at)::float8 * 1000 AS since_ms FROM campaigns
     WHERE state = 'running' AND extract(epoch FROM clock_timestamp() - told_at) * per_minute >= 60
     ORDER BY told_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return rows[0];
}

export async function isAnyRunning(db: Executor): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM campaigns WHERE state = 'running' LIMIT 1`);
  return rowCount === 1;
}

/** Who has asked for news, is active, and belongs to the audience: the next ones by their ids. */
export async function listAudience(
  tx: pg.PoolClient,
  { idType, mapped, active }: PeopleSystem,
  { locales, user_ids: userIds }: Audience,
  { after, most }: { after: UserId | null; most: number },
): Promise<UserId[]> {
  const { rows } = await tx.query<{ user_id: UserId }>(
    `SELECT one.user_id FROM preferences AS one LEFT JOIN people ON people.user_id = one.user_id
       LEFT JOIN (${mapped}) AS mapped ON mapped.user_id = one.user_id
     WHERE ($1::${idType} IS NULL OR one.user_id > $1) AND chosen -> 'news' ->> 'email' NOT IN ('off')
       AND people.deleted_at IS NULL AND coalesce(${active('one.user_id', 'mapped.is_active')}, true)
       AND ($2::text[] IS NULL OR split_part(lower(coalesce(locale, 'en')), '-', 1) = ANY ($2))
       AND ($3::${idType}[] IS NULL OR one.user_id = ANY ($3))
     ORDER BY one.user_id LIMIT $4`,
    [after, locales ?? null, userIds ?? null, most],
  );
  return rows.map((row) => row.user_id);
}

export async function noteTold(
  tx: pg.PoolClient,
  id: string,
  { lastUserId, state }: { lastUserId: UserId | null; state: CampaignState },
): Promise<void> {
  await tx.query(
    'UPDATE campaigns SET last_user_id = $2, state = $3, told_at = clock_timestamp() WHERE id = $1',
    [id, lastUserId, state],
  );
}

const PREFIX = 'campaign:';
export const factOf = (id: string) => `${PREFIX}${id}`;
export const campaignOf = (fact: string) => (fact.startsWith(PREFIX) ? fact.slice(PREFIX.length) : undefined);
