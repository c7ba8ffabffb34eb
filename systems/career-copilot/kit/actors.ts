import { INTEGER } from '../api/common.ts';

/** The user whom a transaction of the monolith names as its actor; undefined if it names none, or somebody who is no user. */
export function userIn(actor: string | undefined): number | undefined {
  const id = /^[1-9]\d{0,9}$/.test(actor ?? '') ? Number(actor) : Number.NaN;
  return id <= INTEGER.maximum ? id : undefined;
}
