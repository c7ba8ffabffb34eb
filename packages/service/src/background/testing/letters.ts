import { leasedRows } from '../leased-rows.ts';

/** A table whose rows are leased, for tests. */
export const LETTERS = `CREATE TABLE letters (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  text text NOT NULL,
  state text NOT NULL DEFAULT 'waiting',
  due_at timestamptz DEFAULT now(),
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0
)`;

export const letters = leasedRows<{ text: string; state: string }>({
  table: 'letters',
  key: 'id',
  columns: 'text, state',
  where: `state <> 'sent'`,
  set: `state = 'sending'`,
  leaseMs: 600_000,
});
