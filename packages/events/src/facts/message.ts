import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** Of the logical message by which a transaction of the monolith says who, why, and whether it is to be told at all. */
export const FACTS_PREFIX = 'banyan.facts';

export type FactsMessage = { actor?: string; reason?: string; silent?: boolean };

const form = Compile(
  Type.Object({
    actor: Type.Optional(Type.String({ maxLength: 200 })),
    reason: Type.Optional(Type.String({ maxLength: 1_000 })),
    silent: Type.Optional(Type.Boolean()),
  }),
);

/** What is no such message says nothing: its transaction's facts are made all the same, so none is lost by a mistake in it. */
export function readFactsMessage(text: string | undefined): FactsMessage {
  if (text === undefined) return {};
  try {
    const { actor, reason, silent }: FactsMessage = form.Parse(JSON.parse(text));
    return {
      ...(actor === undefined ? {} : { actor }),
      ...(reason === undefined ? {} : { reason }),
      ...(silent === undefined ? {} : { silent }),
    };
  } catch {
    return {};
  }
}
