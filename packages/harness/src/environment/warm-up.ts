import { TokenSigner } from '@banyan/gateway/token-signer';
import { createPool } from '@banyan/postgres';
import { decodeJwt } from 'jose';
import type pg from 'pg';
import { Agent, request } from 'undici';
import { type Load, loadsOf, type Visitor, type WarmUp } from '../load/load.ts';
import type { UserId } from '../load/population.ts';
import { dataOf, type System, userIdOf } from '../system.ts';

export type WarmUpOptions = {
  system: System;
  gatewayUrl: string;
  /** By service. */
  urls: Record<string, string>;
  databases: ReadonlyMap<string, string>;
  secret: string;
  /** With which the gateway signs. */
  gatewayKey: string;
  /** Users of the monolith. */
  users: number;
  /** Visits to each process. V8 optimises most of what they run within some thousand calls. */
  rounds?: number;
};

const USERS = 40;
/** Numbers of people whom only the services know, and only until they are warm. */
const FIRST_GUEST = 2_000_000_000;

/**
 * A system that has run for weeks is warm: code compiled, pages cached, connections open. This makes a fresh one so: the
 * monolith through the gateway, by reads and by writes of what is there already; the services, which have no rows yet, by
 * guests of their own who read, write, log in and out, and are gone afterwards.
 */
export async function warmUp(options: WarmUpOptions): Promise<void> {
  const { system, gatewayUrl, urls, secret, users, rounds = 400 } = options;
  const data = await dataOf(system);
  const client = createClient();
  const tokenOf = (id: UserId) => data.token(id, secret);
  const guestTokenOf = guestTokens(options, tokenOf);
  const people = (numberOf: (index: number) => number) =>
    Array.from({ length: USERS }, (_, index) => userIdOf(data, numberOf(index)));
  const residents = people((index) => 4 + ((index * 97) % Math.max(1, users - 4)));
  const guests = people((index) => FIRST_GUEST + index);
  const loads = [...(await loadsOf(system))].filter(hasWarmUp);
  const services = loads.filter(([name]) => urls[name] !== undefined);
  const pools = new Map(
    services.map(([name]) => [name, createPool(options.databases.get(name)!, { max: 1 })] as const),
  );
  try {
    await ofGuests(services, pools, (known, pool) => known.add(pool, guests));
    for (let round = 0; round < rounds; round += 1) {
      const resident = client.visitor(
        gatewayUrl,
        { id: residents[round % USERS]!, isGuest: false, round },
        tokenOf,
      );
      const guest = { id: guests[round % USERS]!, isGuest: true, round };
      await Promise.all([
        ...loads.map(([, { warmUp }]) => warmUp.visit(resident)),
        ...services.map(([name, { warmUp }]) =>
          warmUp.visit(client.visitor(urls[name]!, guest, guestTokenOf)),
        ),
      ]);
    }
  } finally {
    await ofGuests(services, pools, (known, pool) => known.remove(pool, guests));
    await Promise.all([client.close(), ...[...pools.values()].map((pool) => pool.end())]);
  }
}

type Warmed = [name: string, load: Load<UserId> & { warmUp: WarmUp<UserId> }];

function hasWarmUp(one: [string, Load<UserId>]): one is Warmed {
  return one[1].warmUp !== undefined;
}

async function ofGuests(
  services: Warmed[],
  pools: ReadonlyMap<string, pg.Pool>,
  run: (known: NonNullable<WarmUp<UserId>['guests']>, pool: pg.Pool) => Promise<void>,
): Promise<void> {
  for (const [name, { warmUp }] of services) if (warmUp.guests) await run(warmUp.guests, pools.get(name)!);
}

/** Guests come to a service as users do: with what the gateway makes of the monolith's tokens. */
function guestTokens(
  { system: { gatewayIssuer }, gatewayKey }: WarmUpOptions,
  tokenOf: (id: UserId) => string,
): (id: UserId) => string {
  if (gatewayIssuer === undefined) return tokenOf;
  const signer = new TokenSigner({ issuer: gatewayIssuer, privateKeys: [gatewayKey] });
  return (id) => {
    const { authorization } = signer.sign(decodeJwt(tokenOf(id)), Date.now());
    return authorization.slice('Bearer '.length);
  };
}

function createClient() {
  const dispatcher = new Agent({ connections: 8 });
  return {
    visitor(
      origin: string,
      who: Pick<Visitor<UserId>, 'id' | 'isGuest' | 'round'>,
      tokenOf: (id: UserId) => string,
    ): Visitor<UserId> {
      const authorization = `Bearer ${tokenOf(who.id)}`;
      return {
        ...who,
        async send(method, path, body) {
          const answer = await request(origin + path, {
            dispatcher,
            method,
            headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
            ...(body ? { body: JSON.stringify(body) } : {}),
          });
          const text = await answer.body.text();
          // Whoever is turned away at the door warms nothing behind it.
          if (answer.statusCode === 401)
            throw new Error(
              `warming up: ${method} ${origin}${path} does not take the token of ${who.id}: ${text}`,
            );
          return text;
        },
      };
    },
    close: () => dispatcher.close(),
  };
}
