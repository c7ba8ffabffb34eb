import { type ColumnMapping, copy, extract, rename, table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';
import { HELD_LONGER_HOURS } from '../../kit/sessions/settlement.ts';

/**
 * payment takes over credits: what is in whose wallet, what is set aside, and what has moved. It leaves together with session, since the monolith
 * holds and pays credits in the transactions that move sessions. One side writes all of them, the monolith below 100 %.
 *
 * An entry of the ledger never changes, and has no row in the monolith. What links bring is opened in the books by an entry for the difference
 * (ledger/opening.ts), and what is posted is written as the monolith would have written it, in the same transaction.
 */
const read = (path: string) => ({ route: `GET ${API}${path}`, key: 'token.sub' }) as const;
const write = (path: string, writes: string[] = []) =>
  ({ route: path.replace(' ', ` ${API}`), key: 'none', writes }) as const;
/** What the monolith has not got. */
const onService = { onMonolith: false } as const;

const MOVED = ['wallets', 'transactions'];

/** How a hold is: the monolith says it by a status and what was paid. */
const state: ColumnMapping = {
  flow: 'both',
  forward: {
    state: `CASE WHEN "status" = 'HELD' THEN 'ACTIVE' WHEN "captured" > 0 THEN 'CAPTURED' ELSE 'RELEASED' END`,
    captured: 'coalesce("captured", 0)',
  },
  reverse: {
    status: `CASE WHEN "state" = 'ACTIVE' THEN 'HELD' ELSE 'RESOLVED' END`,
    captured: `CASE WHEN "state" <> 'ACTIVE' THEN "captured"::int END`,
  },
  legacyColumns: ['status', 'captured'],
  serviceColumns: ['state', 'captured'],
};

const session: ColumnMapping = {
  flow: 'both',
  forward: { reference: `'session:' || "session_id"` },
  reverse: { session_id: `substr("reference", 9)::uuid` },
  legacyColumns: ['session_id'],
  serviceColumns: ['reference'],
};

/** Sessions may be contested here, and moved: credits are held longer than the monolith would. */
const expiry: ColumnMapping = {
  flow: 'both',
  forward: { expires_at: `"expires_at" + interval '${HELD_LONGER_HOURS} hours'` },
  reverse: { expires_at: `"expires_at" - interval '${HELD_LONGER_HOURS} hours'` },
  legacyColumns: ['expires_at'],
  serviceColumns: ['expires_at'],
};

/** There are more kinds here than the monolith knows. */
const type: ColumnMapping = {
  flow: 'both',
  forward: { type: '"type"', reference: 'NULL::text' },
  reverse: {
    type: `CASE WHEN "type" IN ('PURCHASE', 'SESSION_PAYMENT', 'SESSION_EARNING', 'PLATFORM_FEE', 'WITHDRAWAL') THEN "type"
      WHEN "reference" LIKE 'withdrawal:%' THEN 'WITHDRAWAL' ELSE 'PURCHASE' END`,
  },
  legacyColumns: ['type'],
  serviceColumns: ['type', 'reference'],
};

export default extract({
  ...placeOf('payment'),
  facts: import.meta.resolve('./facts.ts'),
  together: ['session'],
  tables: [
    // A wallet begins with a registration, wherever that is.
    table({
      legacy: { table: 'wallets', key: ['user_id'] },
      service: { table: 'wallets', key: ['owner'] },
      rows: 'foreign',
      owner: { by: 'writer' },
      columns: [rename('user_id', 'owner'), copy('balance', 'held')],
    }),
    table({
      legacy: 'credit_holds',
      service: 'holds',
      owner: { by: 'writer' },
      columns: [
        copy('id', 'amount', 'created_at'),
        rename('user_id', 'owner'),
        rename('resolved_at', 'ended_at'),
        ...[state, session, expiry],
        {
          flow: 'seed',
          forward: { key: `'session:' || "session_id" || ':hold'` },
          reverse: {},
          legacyColumns: ['session_id'],
          serviceColumns: ['key'],
        },
        // As commands.ts makes it: session asks again for what the monolith has held, and is told of that hold.
        {
          flow: 'seed',
          forward: {
            fingerprint: `rtrim(translate(encode(sha256(convert_to('["hold","' || "user_id" || '",' || "amount" || ',"session:' || "session_id" || '"]', 'UTF8')), 'base64'), '+/', '-_'), '=')`,
          },
          reverse: {},
          legacyColumns: ['user_id', 'amount', 'session_id'],
          serviceColumns: ['fingerprint'],
        },
      ],
    }),
    table({
      legacy: 'transactions',
      owner: { by: 'writer' },
      columns: [
        copy('id', 'user_id', 'status', 'credits', 'amount', 'currency', 'session_id'),
        copy('payment_method_id', 'payment_id', 'idempotency_key', 'created_at', 'updated_at'),
        type,
      ],
    }),
    // Read here, written by others: whoever is suspended moves no money.
    table({
      legacy: 'users_legacy',
      service: 'people',
      rows: 'foreign',
      owner: { by: 'writer' },
      columns: [copy('id'), copy('status', { flow: 'forward' })],
    }),
  ],
  routes: [
    read('/credits'),
    read('/credits/holds'),
    read('/transactions'),
    read('/transactions/:id'),
    write('POST /payments/purchases', MOVED),
    write('POST /payments/withdrawals', MOVED),
    { ...read('/payments/purchases/:id'), ...onService },
    { ...write('POST /payments/purchases/:id/refund'), ...onService },
    { ...write('POST /admin/payments/purchases/:id/refund'), ...onService },
    { ...write('POST /payments/webhooks/:provider'), auth: 'none', ...onService },
    { ...read('/payments/withdrawals'), ...onService },
    { ...write('PUT /payments/payee'), ...onService },
    { ...read('/payments/payee'), ...onService },
    { ...read('/payments/tax-documents/:year'), ...onService },
    ...['disputes', 'cases', 'payouts', 'payouts/:id/file', 'revenue', 'tax-documents/:userId/:year'].map(
      (path) => ({
        ...read(`/admin/payments/${path}`),
        ...onService,
      }),
    ),
    ...['cases/:id/verdict', 'payouts/:id/settlement'].map((path) => ({
      ...write(`POST /admin/payments/${path}`),
      ...onService,
    })),
  ],
});
