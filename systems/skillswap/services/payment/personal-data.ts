import type { PersonalTables } from '@banyan/service';

const BOOKS = 'the books: what was paid is kept for the tax office for ten years, by ids without names';
const LAUNDERING = 'what was looked at for fraud or laundered money is kept for five years';
const PAID = 'EXISTS (SELECT FROM withdrawals WHERE user_id = $1)';
const wallet = `(SELECT id FROM accounts WHERE owner = $1 AND kind IN ('WALLET', 'DEBT'))`;
const ofPurchases = 'purchase_id IN (SELECT id FROM purchases WHERE user_id = $1)';

/** What payment has about people, and what becomes of it with their account. */
export const personalTables: PersonalTables = {
  tables: [
    {
      table: 'accounts',
      of: `owner = $1 AND kind IN ('WALLET', 'DEBT')`,
      archived: 'kind, balance, held, created_at',
      kept: BOOKS,
    },
    { table: 'entries', of: `account_id IN ${wallet}`, archived: 'posting_id, amount, balance', kept: BOOKS },
    {
      table: 'postings',
      of: `id IN (SELECT posting_id FROM entries WHERE account_id IN ${wallet})`,
      archived: 'id, kind, reference, created_at',
      kept: BOOKS,
    },
    {
      table: 'holds',
      of: 'owner = $1',
      archived: 'id, amount, captured, state, reference, expires_at, created_at, ended_at',
      kept: BOOKS,
    },
    {
      table: 'transactions',
      of: 'user_id = $1',
      archived: 'id, type, status, credits, amount, currency, session_id, reference, created_at',
      kept: BOOKS,
    },
    {
      table: 'purchases',
      of: 'user_id = $1',
      archived: 'id, provider, amount, currency, bought, bonus, state, created_at, paid_at, country',
      erased: {
        set: 'client_secret = NULL, action_url = NULL',
        // What is under way is finished by what the provider is asked.
        still: `num_nonnulls(client_secret, action_url) > 0 AND state IN ('PAID', 'FAILED')`,
      },
      kept: BOOKS,
    },
    {
      table: 'refunds',
      of: ofPurchases,
      archived: 'id, purchase_id, reason, state, created_at',
      kept: BOOKS,
    },
    {
      table: 'disputes',
      of: ofPurchases,
      archived: 'id, purchase_id, amount, currency, credits, state, created_at',
      kept: BOOKS,
    },
    // Names and accounts are encrypted: they are shown to their owner by the service's own routes.
    { table: 'payees', of: `id = $1 AND NOT ${PAID}`, archived: 'method, country', erased: 'delete' },
    {
      table: 'payees',
      of: `id = $1 AND ${PAID}`,
      archived: 'method, country',
      kept: 'who was paid out, and where to, is reported to the tax office (DAC7); name and account are encrypted',
    },
    {
      table: 'withdrawals',
      of: 'user_id = $1',
      archived: 'id, credits, amount, currency, state, method, country, created_at, paid_at',
      kept: BOOKS,
    },
    {
      table: 'payout_lines',
      of: 'withdrawal_id IN (SELECT id FROM withdrawals WHERE user_id = $1)',
      archived: null,
      kept: BOOKS,
    },
    {
      table: 'people',
      of: 'id = $1',
      archived: null,
      erased: { set: `status = 'DELETED'`, still: `status <> 'DELETED'` },
      kept: 'that somebody of this id is gone',
      brought: true,
    },
    { table: 'cases', of: 'user_id = $1', archived: null, kept: LAUNDERING },
  ],
  // The first two are the parts of `accounts`, of which it is said above.
  impersonal: ['wallets', 'other_accounts', 'checked_accounts', 'provider_messages', 'payout_files'],
};
