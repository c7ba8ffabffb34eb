import type { Static, TObject, TProperties } from 'typebox';
import type { Default } from './fields.ts';

/** A record of the plan in which no field is missing that has a default. */
export type Filled<P extends TProperties> = Static<TObject<P>> & {
  [K in keyof P as P[K] extends Default ? K : never]-?: Static<P[K]>;
};

/**
 * The record in the schema's order, with the schema's defaults for what is left out, or there as undefined. Records within it are
 * left as they are.
 */
export function filled<P extends TProperties>(
  schema: TObject<P>,
  given: Readonly<Static<TObject<P>>>,
): Filled<P> {
  const values = Object.entries(schema.properties).map(([name, field]) => {
    const value = (given as Record<string, unknown>)[name];
    return [name, value === undefined && 'default' in field ? structuredClone(field.default) : value];
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Filled<P>;
}
