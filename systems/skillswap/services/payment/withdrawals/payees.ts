import type { Db } from '@banyan/postgres';
import { type EncryptedColumns, type Encryption, encryptedColumns } from '@banyan/service';
import { electronicFormatIBAN, isValidIBAN } from 'ibantools';
import { errors } from './errors.ts';

const contextOf = (userId: number | string) => `payee:${userId}`;

/** What is kept of people's bank accounts. */
const SECRETS: readonly EncryptedColumns[] = [
  { table: 'payees', columns: ['name', 'iban'], owner: 'id', contextOf },
  { table: 'withdrawals', columns: ['name', 'iban'], owner: 'user_id', contextOf },
];

export const encryption = encryptedColumns(SECRETS);

type Payee = { name: string /** ISO 3166-1, two letters. */; country: string } & (
  | { method: 'bank'; iban: string }
  /** A connected account of Stripe's. */
  | { method: 'stripe'; accountId: string }
);

/** Where people want their money; names and accounts are kept encrypted. */
export type Payees = {
  /** In place of the one before; what is on its way already goes there all the same. Throws `BAD_IBAN`. */
  keep(userId: string, payee: Payee): Promise<void>;
  find(userId: string): Promise<Payee | undefined>;
  /** What is kept encrypted of somebody. */
  open(userId: string, text: string): Promise<string>;
};

export function createPayees(pool: Db, encryption: Encryption): Payees {
  const open = (userId: string, text: string) => encryption.decrypt(text, contextOf(userId));
  const seal = (userId: string, text: string) => encryption.encrypt(text, contextOf(userId));
  return {
    open,

    async keep(userId, { name, country, ...to }) {
      const iban = to.method === 'bank' ? electronicFormatIBAN(to.iban) : null;
      if (to.method === 'bank' && (iban === null || !isValidIBAN(iban))) throw errors('BAD_IBAN');
      const sealed = [await seal(userId, name), iban && (await seal(userId, iban))];
      const accountId = to.method === 'stripe' ? to.accountId : null;
      await pool.query(
        `INSERT INTO payees (id, method, name, iban, account_id, country) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET method = excluded.method, name = excluded.name, iban = excluded.iban,
           account_id = excluded.account_id, country = excluded.country, changed_at = now()`,
        [userId, to.method, ...sealed, accountId, country],
      );
    },

    async find(userId) {
      const { rows } = await pool.query(
        'SELECT method, name, iban, account_id AS "accountId", country FROM payees WHERE id = $1',
        [userId],
      );
      const [row] = rows;
      if (!row) return undefined;
      const { method, accountId, country } = row;
      const name = await open(userId, row.name);
      return method === 'bank'
        ? { method, name, iban: await open(userId, row.iban), country }
        : { method, name, accountId, country };
    },
  };
}
