import assert from 'node:assert/strict';
import type { Plan } from '@banyan/banyan';
import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';

/** The same request to the monolith and to a service over the same rows, for tests in which nobody can tell who answers. */

export type TableMapping = NonNullable<Plan['services'][string]['tables']>[number];

export type Call = { method: string; path: string; body?: unknown; raw?: string; token?: string };
export type Reply = { status: number; body: string; type: string | null; challenge: string | null };

/** The path is below `api`. */
export async function send(
  origin: string,
  { method, path, body, raw, token }: Call,
  api = '/api/v1',
): Promise<Reply> {
  const headers: Record<string, string> = {};
  if (body !== undefined || raw !== undefined) headers['content-type'] = 'application/json';
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const response = await fetch(`${origin}${api}${path}`, {
    method,
    headers,
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  return {
    status: response.status,
    body: await response.text(),
    type: response.headers.get('content-type'),
    challenge: response.headers.get('www-authenticate'),
  };
}

/** Where both are asked, and what the gateway makes of a token for the service. */
export type Sides = { monolith: string; service: string; exchange(token: string): Promise<string> };

export async function sendBoth(
  { monolith, service, exchange }: Sides,
  call: Call,
): Promise<{ legacy: Reply; ours: Reply }> {
  const legacy = await send(monolith, call);
  const { token } = call;
  const exchanged = token === undefined ? {} : { token: await exchange(token) };
  return { legacy, ours: await send(service, { ...call, ...exchanged }) };
}

/** Nobody can tell who has answered. */
export async function assertSameReply(
  sides: Sides,
  call: Call,
  { status, differs }: { status: number; differs: Differs },
): Promise<void> {
  const { legacy, ours } = await sendBoth(sides, call);
  assert.deepEqual(comparable(ours, differs), comparable(legacy, differs));
  assert.equal(legacy.status, status, legacy.body);
}

/** By the names of their fields: tokens, and moments of writing. */
type Differs = { secrets: string[]; moments: string[] };

/** Tokens (`secrets`) and the moment of writing (`moments`) differ by nature, each by the name of its field; everything else must be the same byte. */
export function comparable(reply: Reply, { secrets, moments }: Differs): Reply {
  const body = reply.body
    .replace(new RegExp(`"(${secrets.join('|')})":"[^"]+"`, 'g'), '"$1":"…"')
    .replace(new RegExp(`"(${moments.join('|')})":"20(?:2[6-9]|[3-9]\\d)-[^"]+"`, 'g'), (found, name) =>
      isRecent(found) ? `"${name}":"now"` : found,
    );
  return { ...reply, body };
}

/** Puts the monolith's rows through the plan's own mapping, as the first copy does. */
export async function copyRows(
  { legacy, service, columns }: TableMapping,
  from: pg.Pool,
  to: pg.Pool,
): Promise<void> {
  const forward = columns.flatMap((group) => Object.entries(group.forward));
  const names = forward.map(([column]) => quoteIdent(column)).join(', ');
  const expressions = forward.map(([column, expression]) => `${expression} AS ${quoteIdent(column)}`);
  const target = quoteTable(service.schema, service.table);
  const { rows } = await from.query<{ all: string }>(
    `SELECT json_agg(row)::text AS all
     FROM (SELECT ${expressions.join(', ')} FROM ${quoteTable(legacy.schema, legacy.table)}) AS row`,
  );
  await to.query(
    `INSERT INTO ${target} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${target}, $1)`,
    [rows[0]!.all],
  );
}

/** What both sides have in the legacy columns of a mapping, row by row, the service's by way of the reverse mapping. */
export async function bothSides(
  { legacy, service, columns }: TableMapping,
  pools: { legacy: pg.Pool; service: pg.Pool },
): Promise<{ legacy: unknown[]; service: unknown[] }> {
  const reverse: Record<string, string> = Object.assign({}, ...columns.map((group) => group.reverse));
  const same = Object.fromEntries(Object.keys(reverse).map((column) => [column, quoteIdent(column)]));
  return {
    legacy: await rowsOf(pools.legacy, legacy, same),
    service: await rowsOf(pools.service, service, reverse),
  };
}

async function rowsOf(
  pool: pg.Pool,
  { schema, table, key }: TableMapping['legacy'],
  columns: Record<string, string>,
): Promise<unknown[]> {
  const expressions = Object.entries(columns).map(
    ([column, expression]) => `(${expression})::text AS ${quoteIdent(column)}`,
  );
  const { rows } = await pool.query(
    `SELECT ${expressions.join(', ')} FROM ${quoteTable(schema, table)} AS row ORDER BY row.${quoteIdent(key[0]!)}`,
  );
  return rows;
}

function isRecent(pair: string): boolean {
  const at = Date.parse(pair.slice(pair.indexOf(':') + 2, -1));
  return Math.abs(Date.now() - at) < 600_000;
}
