import type { Issuer } from '@banyan/gateway';
import type { RecordedRequest } from '@banyan/gateway/recording';
import { LoadError } from '@banyan/plan/problem';
import { quoteIdent, quoteTable, withPool } from '@banyan/postgres';
import { SignJWT } from 'jose';
import type { UserId } from '../load/population.ts';
import { idsOf } from '../load/user-ids.ts';
import { type People, readPeople } from './people-file.ts';

/** What is known of a copy's users: by the plan, or by a file of the team's. */
export type CopyUsers = {
  issuers: Issuer[];
  /** Claims by which routes know who asks. */
  claims: string[];
  /** Columns of the monolith that name owners of rows. */
  owners: { schema: string; table: string; column: string }[];
};

/** Users of the copy in the places of those recorded. */
export type Cast = {
  /** By a recorded user. */
  idOf(recorded: string): UserId | undefined;
  /** Headers that say that this user asks. */
  headersOf(recorded: string, issuer: string | null): Record<string, string>;
};

const MOST_USERS = 5_000;
/** Longer than any rehearsal. */
const TOKEN_SECONDS = 2 * 3_600;
const ANSWER_MS = 60_000;

/**
 * Gives each recorded user one of the copy's, who asks most the first. Several may share one where the copy has fewer.
 *
 * @throws LoadError that says what is missing
 */
export async function castOf(
  requests: readonly RecordedRequest[],
  { users, database, peopleFile }: { users: CopyUsers; database: string; peopleFile?: string },
): Promise<Cast> {
  const recorded = byFrequency(requests);
  const people: People = peopleFile === undefined ? {} : await readPeople(peopleFile);
  const ids =
    recorded.length === 0
      ? []
      : people.users === undefined
        ? await ownersIn(database, users.owners)
        : await idsOf(people.users, database);
  if (recorded.length > 0 && ids.length === 0)
    throw new LoadError(
      'nobody is known who could make the requests: no table that the plan moves has rows with an owner',
      peopleFile ?? 'the copy',
      'give a file with `users` by --users',
    );
  const idOf = new Map(recorded.map((user, index) => [user, ids[index % ids.length]!]));
  const headers = new Map<string, Record<string, string>>();
  const named = new Set(requests.map(({ issuer }) => issuer));
  for (const [user, id] of idOf)
    for (const name of named) {
      const issuer = users.issuers.find((one) => one.name === name) ?? users.issuers[0];
      if (issuer === undefined) continue;
      const token = (await people.tokenFor?.(id)) ?? (await mint(issuer, id, users.claims));
      headers.set(`${name} ${user}`, placed(issuer, token));
    }
  return {
    idOf: (user) => idOf.get(user),
    headersOf: (user, issuer) => headers.get(`${issuer} ${user}`) ?? {},
  };
}

function byFrequency(requests: readonly RecordedRequest[]): string[] {
  const counts = new Map<string, number>();
  for (const { user } of requests) if (user !== null) counts.set(user, (counts.get(user) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([user]) => user);
}

/** Those who own rows, most rows first: of the first table that has any. */
async function ownersIn(database: string, owners: CopyUsers['owners']): Promise<string[]> {
  const options = { applicationName: 'banyan-rehearse', statementTimeoutMs: ANSWER_MS };
  return await withPool(database, options, async (pool) => {
    for (const { schema, table, column } of owners) {
      const owner = quoteIdent(column);
      const { rows } = await pool.query<{ owner: string }>(
        `SELECT ${owner}::text AS owner FROM ${quoteTable(schema, table)} WHERE ${owner} IS NOT NULL
         GROUP BY ${owner} ORDER BY count(*) DESC, ${owner} LIMIT ${MOST_USERS}`,
      );
      if (rows.length > 0) return rows.map((row) => row.owner);
    }
    return [];
  });
}

/** As the issuer would sign it: the subject, and every claim by which the plan knows a user, is this one. */
async function mint(issuer: Issuer, id: UserId, claims: readonly string[]): Promise<string> {
  if (issuer.algorithm !== 'HS256')
    throw new LoadError(
      `the tokens of the issuer ${issuer.name} are signed with a key that nobody here has`,
      'gateway.issuers',
      'give a file with `tokenFor` by --users',
    );
  const own: Record<string, unknown> = {};
  for (const claim of claims) setClaim(own, claim.split('.'), id);
  const token = new SignJWT({ ...own, sub: String(id) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_SECONDS} seconds`);
  if (issuer.issuer) token.setIssuer(issuer.issuer);
  if (issuer.audience) token.setAudience(issuer.audience);
  return await token.sign(new TextEncoder().encode(issuer.secret));
}

/** A dotted name goes down into objects. */
function setClaim(claims: Record<string, unknown>, [name, ...inner]: string[], value: UserId): void {
  if (inner.length === 0) claims[name!] = value;
  else {
    const held = (claims[name!] ?? {}) as Record<string, unknown>;
    claims[name!] = held;
    setClaim(held, inner, value);
  }
}

function placed({ scheme = 'Bearer', header, cookie }: Issuer, token: string): Record<string, string> {
  if (cookie !== undefined) return { cookie: `${cookie}=${token}` };
  if (header !== undefined) return { [header.toLowerCase()]: token };
  return { authorization: `${scheme} ${token}` };
}
