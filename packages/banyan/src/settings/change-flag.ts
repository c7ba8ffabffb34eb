import type { Flag, FlagValue } from '@banyan/service/settings';

/** What an operator changes of a flag; what is absent stays as it is. */
export type FlagChange = {
  description?: string;
  on?: boolean;
  /** Replace all variants. */
  variants?: Record<string, FlagValue>;
  default?: string;
  whenOff?: string;
  /** Are added to the users that are there; null takes one away. */
  users?: Record<string, string | null>;
  /** Replaces the split. */
  split?: Flag['split'];
};

/**
 * A flag with a change, or a new one of it: boolean unless variants are given, on, for everybody unless users or shares
 * are named. Whether it is good is for `checkFlag` to say.
 */
export function changeFlag(before: Flag | null, key: string, change: FlagChange): Flag {
  const base = before ?? newFlag(key, change);
  const { key: _key, on, description, variants, default: standard, whenOff, users, split } = base;
  return {
    key,
    description: change.description ?? description,
    on: change.on ?? on,
    variants: change.variants ?? variants,
    default: change.default ?? standard,
    whenOff: change.whenOff ?? whenOff,
    users: withUsers(users, change.users ?? {}),
    split: change.split ?? split,
  };
}

function newFlag(key: string, { variants, users, split, default: standard }: FlagChange): Flag {
  const blank = { key, description: '', on: true, users: {}, split: [] };
  if (variants) {
    const first = standard ?? Object.keys(variants)[0] ?? '';
    return { ...blank, variants, default: first, whenOff: first };
  }
  const forSome = users !== undefined || split !== undefined;
  return { ...blank, variants: { on: true, off: false }, default: forSome ? 'off' : 'on', whenOff: 'off' };
}

function withUsers(users: Flag['users'], change: Record<string, string | null>): Flag['users'] {
  const all = new Map<string, string | null>([...Object.entries(users), ...Object.entries(change)]);
  return Object.fromEntries([...all].filter((entry): entry is [string, string] => entry[1] !== null));
}
