/** What each service is asked about people: what it has of somebody, and that it is erased. user asks. */
import { personalDataOperations } from '@banyan/service';

/** Services that have something about people, besides user, in the order in which they are asked to erase it: who cancels before who keeps the credits. */
export const KEEPERS = ['session', 'payment', 'skill', 'notification', 'analytics'] as const;
export type Keeper = (typeof KEEPERS)[number];

/** Whom each of them answers. */
export const ASKER = 'user';

/** By the keeper's name and the operation's: `archivePerson of skill`. */
export const operations = Object.fromEntries(
  KEEPERS.flatMap((keeper) =>
    Object.entries(personalDataOperations(keeper)).map(([name, one]) => [nameOf(keeper, name as Asked), one]),
  ),
) as Operations;

type Asked = keyof ReturnType<typeof personalDataOperations>;
type Operations = {
  [Name in Asked as `${Name} of ${Keeper}`]: ReturnType<typeof personalDataOperations>[Name];
};

export function nameOf<K extends Keeper, N extends Asked>(keeper: K, name: N): `${N} of ${K}` {
  return `${name} of ${keeper}`;
}
