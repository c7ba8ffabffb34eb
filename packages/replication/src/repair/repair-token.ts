import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/**
 * A repair's message is believed only with a token: a row of the database that it will be applied to, which nobody but
 * Banyan's role can write or know of, and which goes with the message's effect. Anybody may write messages into the log of
 * his own database; he has no token, and an old one is spent.
 */
export async function issueRepairToken(target: Pick<pg.Pool, 'query'>, link: string): Promise<string> {
  const token = randomUUID();
  await target.query('INSERT INTO banyan.tickets (ticket, link) VALUES ($1, $2)', [token, link]);
  return token;
}

/** In the transaction that applies the message. */
export async function takeRepairToken(
  client: Pick<pg.ClientBase, 'query'>,
  link: string,
  token: string,
): Promise<boolean> {
  const { rowCount } = await client.query('DELETE FROM banyan.tickets WHERE ticket = $1 AND link = $2', [
    token,
    link,
  ]);
  return rowCount === 1;
}
