-- Credits as a double-entry ledger. What always holds is in README.md; what can be said in SQL is said here, so that no code may break it.

-- WALLET and DEBT are somebody's; the others are the platform's, each in several accounts (`owner` numbers them) so that transfers do not
-- wait for one another at one row.
CREATE SEQUENCE IF NOT EXISTS account_ids;
CREATE TABLE IF NOT EXISTS accounts (
  id bigint NOT NULL DEFAULT nextval('account_ids'),
  kind text NOT NULL CHECK (kind IN ('WALLET', 'DEBT', 'FEES', 'ISSUED', 'PROMOTIONS', 'PAYOUTS', 'OPENING')),
  owner uuid NOT NULL,
  balance bigint NOT NULL DEFAULT 0,
  -- Of all holds that are active.
  held bigint NOT NULL DEFAULT 0,
  -- Kept up with the entries: the balance after the newest one, whose number is `version`. Other than `balance` only while it is `brought`.
  posted bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0,
  -- A link has brought this balance from the monolith. Before anything moves here, an entry says of the difference where it came from.
  brought boolean NOT NULL DEFAULT false,
  -- Why nothing moves here any more.
  stopped text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, kind),
  UNIQUE (kind, owner),
  CONSTRAINT never_negative CHECK (kind <> 'WALLET' OR balance >= held),
  CONSTRAINT held_in_wallets CHECK (held = 0 OR (kind = 'WALLET' AND held > 0)),
  CONSTRAINT debt_is_owed CHECK (kind <> 'DEBT' OR balance <= 0)
) PARTITION BY LIST (kind);

-- The wallets of the monolith, each by its owner: a table by itself, since links bring and fetch its rows.
CREATE TABLE IF NOT EXISTS wallets PARTITION OF accounts (kind DEFAULT 'WALLET', UNIQUE (owner)) FOR VALUES IN ('WALLET')
  WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS wallets_brought ON wallets (id) WHERE brought;
ALTER TABLE wallets REPLICA IDENTITY USING INDEX wallets_owner_key;
CREATE TABLE IF NOT EXISTS other_accounts PARTITION OF accounts
  FOR VALUES IN ('DEBT', 'FEES', 'ISSUED', 'PROMOTIONS', 'PAYOUTS', 'OPENING') WITH (fillfactor = 70);

-- Links write as replicas: what they bring is told from what anybody else writes, which has to be in the entries. After the row is written: a
-- trigger before it would stand between link and table.
CREATE OR REPLACE FUNCTION note_brought() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE wallets SET brought = true WHERE owner = NEW.owner AND NOT brought;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER brought AFTER INSERT OR UPDATE OF balance, held ON wallets
  FOR EACH ROW EXECUTE FUNCTION note_brought();
ALTER TABLE wallets ENABLE REPLICA TRIGGER brought;

INSERT INTO accounts (kind, owner)
SELECT kind, ('00000000-0000-0000-0000-00000000000' || to_hex(number))::uuid
FROM unnest(ARRAY['FEES', 'ISSUED', 'PROMOTIONS', 'PAYOUTS', 'OPENING']) AS kind, generate_series(0, 15) AS number
ON CONFLICT (kind, owner) DO NOTHING;

CREATE TABLE IF NOT EXISTS postings (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  -- For ever: whoever asks again gets what was made of it the first time.
  key text NOT NULL UNIQUE,
  -- Of what was asked for with this key.
  fingerprint text NOT NULL,
  -- What it is about, e.g. a session or a purchase.
  reference text,
  hold_id uuid,
  reverses uuid REFERENCES postings,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Of the few that have one: an index of all would grow by each.
CREATE UNIQUE INDEX IF NOT EXISTS postings_hold ON postings (hold_id) WHERE hold_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS postings_reverses ON postings (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE IF NOT EXISTS entries (
  account_id bigint NOT NULL,
  -- From 1, without a gap.
  version bigint NOT NULL,
  posting_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  -- After it.
  balance bigint NOT NULL,
  PRIMARY KEY (account_id, version)
);
CREATE INDEX IF NOT EXISTS entries_of_posting ON entries (posting_id);

CREATE TABLE IF NOT EXISTS holds (
  id uuid PRIMARY KEY,
  -- Whose wallet.
  owner uuid NOT NULL,
  -- 0 only of what costs nothing, in the monolith.
  amount bigint NOT NULL CHECK (amount >= 0),
  captured bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'CAPTURED', 'RELEASED', 'EXPIRED')),
  key text NOT NULL UNIQUE,
  fingerprint text NOT NULL,
  reference text,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CONSTRAINT captured_in_part_or_whole
    CHECK (CASE WHEN state = 'CAPTURED' THEN captured BETWEEN 1 AND amount ELSE captured = 0 END),
  CONSTRAINT ended_once CHECK ((state = 'ACTIVE') = (ended_at IS NULL))
);
CREATE INDEX IF NOT EXISTS active_holds ON holds (owner) WHERE state = 'ACTIVE';
CREATE INDEX IF NOT EXISTS holds_of_owner ON holds (owner, created_at DESC);
CREATE INDEX IF NOT EXISTS holds_to_expire ON holds (expires_at) WHERE state = 'ACTIVE';

-- What has moved in wallets, as people see it and as the monolith keeps it: written with each posting. The ledger is above; this is what is told of it.
CREATE TABLE IF NOT EXISTS transactions (
  id uuid PRIMARY KEY,
  -- Null: the platform's own.
  user_id uuid,
  type text NOT NULL,
  status text NOT NULL CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED')),
  -- Above 0: into the wallet.
  credits integer NOT NULL,
  -- Minor units; of what has to do with money.
  amount integer,
  currency text,
  session_id uuid,
  -- Of what is about no session.
  reference text,
  payment_method_id text,
  payment_id text,
  idempotency_key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS transactions_of_user ON transactions (user_id, created_at DESC, id DESC) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS transactions_by_key ON transactions (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS transactions_pending ON transactions (created_at) WHERE status = 'PENDING';

-- How far the checker has been through each account.
CREATE TABLE IF NOT EXISTS checked_accounts (
  account_id bigint PRIMARY KEY,
  version bigint NOT NULL,
  balance bigint NOT NULL
);

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: what is posted stays, and is corrected by a reversal', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

-- All entries of a posting come in one statement, and are for nothing together.
CREATE OR REPLACE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unbalanced uuid;
BEGIN
  SELECT posting_id INTO unbalanced FROM added GROUP BY posting_id HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the entries of posting % are not 0 together', unbalanced USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER balanced AFTER INSERT ON entries
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced();

-- Locks accounts, those of the holds' owners too, and tells of them, of the holds and of the keys: in one statement of a client, since what a lock
-- costs is mostly the asking. One order for all who lock: wallets by owner, what is owed by owner, the platform's last, at which most others wait.
-- Each of the statements in it sees what was committed while the one before waited. Each row is looked up by itself: by settings, since the plan is
-- kept for sets of any size and for tables that grow.
CREATE OR REPLACE FUNCTION lock_books(
  wallet_owners uuid[], debt_owners uuid[], platform_kinds text[], platform_owners uuid[],
  hold_ids uuid[], posting_keys text[], hold_keys text[], posting_ids uuid[],
  OUT accounts json, OUT holds json, OUT postings json, OUT "holdKeys" json, OUT reversed json
) LANGUAGE plpgsql SET plan_cache_mode TO force_generic_plan SET enable_seqscan TO off AS $$
DECLARE
  holders uuid[];
BEGIN
  IF hold_ids <> '{}' THEN
    SELECT array_agg(h.owner) INTO holders FROM holds h WHERE h.id = ANY (hold_ids);
  END IF;
  SELECT json_agg(one) INTO accounts FROM (
    SELECT * FROM (
      SELECT a.id::text, a.kind, a.owner, a.balance, a.held, a.version, a.stopped, a.brought FROM wallets a
      WHERE a.owner = ANY (wallet_owners || holders) ORDER BY a.owner FOR NO KEY UPDATE
    ) AS wallet
    UNION ALL
    SELECT * FROM (
      SELECT a.id::text, a.kind, a.owner, a.balance, a.held, a.version, a.stopped, a.brought FROM other_accounts a
      WHERE a.kind = 'DEBT' AND a.owner = ANY (debt_owners || holders) ORDER BY a.owner FOR NO KEY UPDATE
    ) AS debt
    UNION ALL
    SELECT platform.*
    FROM (SELECT * FROM unnest(platform_kinds, platform_owners) AS asked (kind, owner) ORDER BY kind, owner) AS asked,
      LATERAL (
        SELECT a.id::text, a.kind, a.owner, a.balance, a.held, a.version, a.stopped, a.brought FROM other_accounts a
        WHERE a.kind = asked.kind AND a.owner = asked.owner FOR NO KEY UPDATE
      ) AS platform
  ) AS one;
  IF hold_ids <> '{}' THEN
    SELECT json_agg(one) INTO holds FROM (
      SELECT h.id, h.owner, h.amount, h.captured, h.state, h.reference, h.expires_at AS "expiresAt" FROM holds h WHERE h.id = ANY (hold_ids)
    ) AS one;
  END IF;
  IF posting_keys <> '{}' THEN
    SELECT json_agg(one) INTO postings FROM (
      SELECT p.key, p.id, p.fingerprint FROM postings p WHERE p.key = ANY (posting_keys)
    ) AS one;
  END IF;
  IF hold_keys <> '{}' THEN
    SELECT json_agg(one) INTO "holdKeys" FROM (
      SELECT h.key, h.id, h.fingerprint FROM holds h WHERE h.key = ANY (hold_keys)
    ) AS one;
  END IF;
  IF posting_ids <> '{}' THEN
    SELECT json_agg(p.reverses) INTO reversed FROM postings p WHERE p.reverses = ANY (posting_ids);
  END IF;
END
$$;

-- What people buy credits with. Money is in minor units of its currency; of cards there is only the provider's own id of them.
CREATE TABLE IF NOT EXISTS purchases (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  -- The buyer's: one payment for each, for ever.
  key text NOT NULL,
  provider text NOT NULL,
  method text NOT NULL,
  amount integer NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  bought integer NOT NULL CHECK (bought > 0),
  bonus integer NOT NULL CHECK (bonus >= 0),
  -- CREATED: it may be that the provider knows nothing of it yet.
  state text NOT NULL DEFAULT 'CREATED' CHECK (state IN ('CREATED', 'ACTION', 'PROCESSING', 'PAID', 'FAILED')),
  reason text,
  -- The provider's, kept before anything is charged.
  payment_id text,
  charge_id text,
  -- What the payer needs to go on, e.g. for their bank's question.
  client_secret text,
  action_url text,
  created_at timestamptz NOT NULL DEFAULT now(),
  paid_at timestamptz,
  -- Out of which country, as the edge says, and how it was judged.
  country text,
  risk jsonb,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (user_id, key),
  UNIQUE (provider, payment_id),
  CONSTRAINT paid_is_known CHECK ((state = 'PAID') = (paid_at IS NOT NULL))
);
-- Open while the monolith wrote, which may have charged for it: since when it does not any more ('infinity': it still does). Null: nobody else did.
ALTER TABLE purchases ADD COLUMN IF NOT EXISTS left_open_at timestamptz;
CREATE INDEX IF NOT EXISTS purchases_due ON purchases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS purchases_open ON purchases (id) WHERE state IN ('CREATED', 'ACTION', 'PROCESSING');
CREATE INDEX IF NOT EXISTS purchases_of_user ON purchases (user_id, created_at DESC);

-- Messages of providers that have been taken: they come twice.
CREATE TABLE IF NOT EXISTS provider_messages (
  provider text NOT NULL,
  id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, id)
);
CREATE INDEX IF NOT EXISTS provider_messages_age ON provider_messages (received_at);

-- Money that goes back to its payer: all of a purchase. Its credits are gone before.
CREATE TABLE IF NOT EXISTS refunds (
  id uuid PRIMARY KEY,
  purchase_id uuid NOT NULL UNIQUE REFERENCES purchases,
  -- Who has asked for it: the buyer, or an administrator.
  requested_by text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'REQUESTED' CHECK (state IN ('REQUESTED', 'SENT', 'DONE', 'FAILED')),
  refund_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;

-- Payments that payers contest with their bank.
CREATE TABLE IF NOT EXISTS disputes (
  provider text NOT NULL,
  dispute_id text NOT NULL,
  id uuid PRIMARY KEY,
  -- Null until it was looked at, or where it is about none of ours.
  purchase_id uuid REFERENCES purchases,
  amount integer,
  currency text,
  reason text,
  -- Taken back of the buyer, and what of it they did not have.
  credits integer,
  owed integer,
  state text NOT NULL DEFAULT 'NEW' CHECK (state IN ('NEW', 'OPEN', 'WON', 'LOST', 'UNKNOWN')),
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (provider, dispute_id)
);
CREATE INDEX IF NOT EXISTS disputes_due ON disputes (due_at) WHERE due_at IS NOT NULL;

-- Where people want their money. Name and account are encrypted.
CREATE TABLE IF NOT EXISTS payees (
  -- Whose it is.
  id uuid PRIMARY KEY,
  method text NOT NULL CHECK (method IN ('bank', 'stripe')),
  name text NOT NULL,
  iban text,
  account_id text,
  country text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT payee_has_account CHECK (CASE method WHEN 'bank' THEN iban IS NOT NULL ELSE account_id IS NOT NULL END)
);

-- Credits that are paid out: they are gone, the money follows once a week.
CREATE TABLE IF NOT EXISTS withdrawals (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  -- The owner's: one payout for each, for ever.
  key text NOT NULL,
  credits integer NOT NULL CHECK (credits > 0),
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  state text NOT NULL DEFAULT 'REQUESTED' CHECK (state IN ('REQUESTED', 'REVIEW', 'SENT', 'PAID', 'FAILED')),
  -- Of the payee, as they were when it was due. Name and account are encrypted.
  method text,
  name text,
  iban text,
  account_id text,
  country text,
  reason text,
  -- Somebody has looked at it, and it may be paid.
  reviewed_at timestamptz,
  posting_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  paid_at timestamptz,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (user_id, key)
);
-- The provider's, of what it has paid: it may be taken back.
ALTER TABLE withdrawals ADD COLUMN IF NOT EXISTS payout_id text;
CREATE INDEX IF NOT EXISTS withdrawals_by_payout ON withdrawals (payout_id) WHERE payout_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS withdrawals_due ON withdrawals (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS withdrawals_of_user ON withdrawals (user_id, created_at DESC);

-- Files for the bank. One that was taken away gets nothing more.
CREATE TABLE IF NOT EXISTS payout_files (
  id uuid PRIMARY KEY,
  -- Its Monday.
  week date NOT NULL,
  currency text NOT NULL,
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'CLOSED', 'SETTLED')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_file ON payout_files (week, currency) WHERE state = 'OPEN';

CREATE TABLE IF NOT EXISTS payout_lines (
  withdrawal_id uuid PRIMARY KEY REFERENCES withdrawals,
  file_id uuid NOT NULL REFERENCES payout_files,
  state text NOT NULL DEFAULT 'WRITTEN' CHECK (state IN ('WRITTEN', 'PAID', 'REJECTED')),
  reason text
);
CREATE INDEX IF NOT EXISTS lines_of_file ON payout_lines (file_id);

-- What somebody has to look at.
CREATE TABLE IF NOT EXISTS cases (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  user_id uuid NOT NULL,
  subject text NOT NULL UNIQUE,
  reasons jsonb NOT NULL,
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'CLEARED', 'CONFIRMED')),
  note text,
  closed_by text,
  opened_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
);
ALTER TABLE cases DROP CONSTRAINT IF EXISTS cases_kind_check,
  ADD CONSTRAINT cases_kind_check CHECK (kind IN ('FRAUD', 'LAUNDERING', 'PAYMENT'));
CREATE INDEX IF NOT EXISTS cases_open ON cases (opened_at) WHERE state = 'OPEN';

-- Who may do nothing any more: others tell, read here only.
CREATE TABLE IF NOT EXISTS people (
  id uuid PRIMARY KEY,
  status text NOT NULL DEFAULT 'ACTIVE'
);
