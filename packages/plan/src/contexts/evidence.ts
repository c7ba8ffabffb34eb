import type { ResolvedPlan } from '../resolve/resolve.ts';

/** The ways in which a context takes from another one, in the order in which they are told. */
export const WAYS = ['events', 'commands', 'calls', 'tables'] as const;
export type Way = (typeof WAYS)[number];

export type Evidence = {
  by: Way;
  /** An event, a command, an operation, or a table with what of it is shared. */
  what: string;
  /** Where in the plan it is stated. */
  where: string;
};

/** That one context takes something from another. null for the one that is in no context of the map. */
export type Dependency = Evidence & {
  downstream: string | null;
  upstream: string | null;
  /** Who takes, and who gives as far as it is known, where it is in no context. */
  taker: string;
  giver: string;
};

/** The context that a service is, or that has no service yet and its name. null: none. */
export function contextOf({ contexts }: Pick<ResolvedPlan, 'contexts'>, service: string): string | null {
  const own = Object.entries(contexts).find(([name, context]) => (context.service ?? name) === service);
  return own?.[0] ?? null;
}
