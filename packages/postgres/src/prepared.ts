import { hash } from 'node:crypto';
import type pg from 'pg';

const names = new Map<string, string>();

/**
 * A statement that each connection parses, and mostly plans, once: for what is asked with each request. Its name is made of its text, so
 * there may only be so many of those: each stays on each connection that has run it, and here.
 *
 * Not for a statement whose plan should depend on its values (a search, a filter that is rare for one value and common for another):
 * the server may settle for one plan for all of them.
 *
 * @example await pool.query(prepared('SELECT email FROM accounts WHERE id = $1', [id]))
 */
export function prepared(text: string, values: unknown[]): pg.QueryConfig & { name: string } {
  let name = names.get(text);
  if (name === undefined) {
    name = `prepared_${hash('sha256', text, 'hex').slice(0, 32)}`;
    names.set(text, name);
  }
  return { name, text, values: values.map((value) => (Array.isArray(value) ? arrayOf(value) : value)) };
}

/**
 * An array of plain values as text, as pg would write it in three times as long: statements that take sets have hundreds of them. Others
 * are left to pg.
 */
function arrayOf(values: readonly unknown[]): unknown {
  let text = '';
  for (const value of values) {
    if (value === null || value === undefined) text += ',NULL';
    else if (typeof value === 'number') text += `,${value}`;
    else if (typeof value === 'string') text += `,"${value.replace(/["\\]/g, '\\$&')}"`;
    else return values;
  }
  return `{${text.slice(1)}}`;
}
