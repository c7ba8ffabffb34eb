import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/**
 * A repair's message is believed only with a ticket: a row of the database that it will be applied to, which nobody but
 * Banyan's role can write or know of, and which goes with the message's effect. Anybody may write messages into the log of
 * his own database; he has no ticket, and an old one is spent.
 */
export async function issueTicket(target: Pick<pg.Pool, 'query'>, link: string): Promise<string> {
  const ticket = randomUUID();
  await target.query('INSERT INTO banyan.tickets (ticket, link) VALUES ($1, $2)', [ticket, link]);
  return ticket;
}

/** In the transaction that applies the message. */
export async function takeTicket(
  client: Pick<pg.ClientBase, 'query'>,
  link: string,
  ticket: string,
): Promise<boolean> {
  const { rowCount } = await client.query('DELETE FROM banyan.tickets WHERE ticket = $1 AND link = $2', [
    ticket,
    link,
  ]);
  return rowCount === 1;
}
