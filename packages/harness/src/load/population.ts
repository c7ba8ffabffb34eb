import type { Random } from '@banyan/random';

/** By what a system knows its people: a number, a name. */
export type UserId = number | string;

/** One person with an access token. What else is known of them, each load keeps for itself. */
export type User<Id extends UserId = number> = {
  readonly id: Id;
  accessToken: string | null;
  /** A write is on its way: no other may start, so that their order is known. */
  busy: boolean;
  /** A write ended without a clear answer and may still take effect: no more writes for this one. */
  unclear: boolean;
};

export type Population<Id extends UserId = number> = {
  /** Anybody; one of the hot few in most cases, as with real people. */
  any(): User<Id>;
  /** Somebody without a write on its way, undefined if there is nobody (nearly never). */
  writer(accept?: (user: User<Id>) => boolean): User<Id> | undefined;
  /** Who it is that has this id; undefined: nobody who makes requests. */
  find(id: Id): User<Id> | undefined;
  /** Somebody who has just written, else anybody: the one who would notice an old value. */
  reader(): User<Id>;
  /** Remembers that this one has just written. */
  wrote(user: User<Id>): void;
  /** Somebody who registered and has not come back yet. */
  newcomer(): User<Id> | undefined;
  /** Somebody who has just registered. */
  add(id: Id, accessToken: string): User<Id>;
  token(user: User<Id>): string;
};

const HOT_SHARE = 0.8;
const HOT_SIZE = 2000;
const RECENT = 200;

/** These users, logged in since before: `mint` gives them access tokens when they are first needed. */
export function createPopulation<Id extends UserId>(
  random: Random,
  ids: Iterable<Id>,
  mint: (id: Id) => string,
): Population<Id> {
  const users: User<Id>[] = Array.from(ids, (id) => ({ id, accessToken: null, busy: false, unclear: false }));
  const byId = new Map(users.map((user) => [user.id, user]));
  const hot = Math.min(HOT_SIZE, users.length);
  const recent: User<Id>[] = [];
  const newcomers: User<Id>[] = [];
  const any = () => users[random.int(0, (random.chance(HOT_SHARE) ? hot : users.length) - 1)]!;
  return {
    any,
    writer: (accept = () => true) => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const user = any();
        if (!user.busy && !user.unclear && accept(user)) return user;
      }
      return undefined;
    },
    find: (id) => byId.get(id),
    reader: () => (random.chance(0.5) ? recent.shift() : undefined) ?? any(),
    wrote: (user) => {
      recent.push(user);
      if (recent.length > RECENT) recent.shift();
    },
    newcomer: () => newcomers.shift(),
    add: (id, accessToken) => {
      const user = { id, accessToken, busy: false, unclear: false };
      users.push(user);
      byId.set(id, user);
      newcomers.push(user);
      return user;
    },
    token: (user) => {
      user.accessToken ??= mint(user.id);
      return user.accessToken;
    },
  };
}
