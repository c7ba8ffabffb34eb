-- What goes out, and what is found in the app. USER_ID and ROW_ID stand for the types of the system's ids of users and of rows of `notifications`.

-- What people find in the app by rows that others make with what they tell of; and of some kinds by rows that are made here (`rowBy`).
CREATE TABLE IF NOT EXISTS notifications (
  id ROW_ID PRIMARY KEY,
  user_id USER_ID NOT NULL,
  kind varchar(40) NOT NULL,
  title varchar(255) NOT NULL,
  body text NOT NULL,
  is_read boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);
-- Of those that are made here: no others say where more of it is found.
ALTER TABLE notifications ADD COLUMN IF NOT EXISTS link text;
CREATE INDEX IF NOT EXISTS notifications_user_id ON notifications (user_id, created_at DESC, id DESC);

-- One message to one person by one way. `fact` says of what: the same fact is told by a way once, whatever comes twice.
CREATE TABLE IF NOT EXISTS deliveries (
  -- Of which an e-mail's Message-ID is made.
  id uuid PRIMARY KEY,
  fact text NOT NULL,
  user_id USER_ID NOT NULL,
  channel text NOT NULL,
  -- Where to, if the person's ways do not say it: the address of a mail that another service asks for, a subscription of push.
  target text NOT NULL DEFAULT '',
  kind text NOT NULL,
  locale text,
  -- What its template is filled with, encrypted; null from when it is over.
  content text,
  -- queued, sending, sent, delivered, failed, bounced, suppressed
  state text NOT NULL DEFAULT 'queued',
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  -- Not before: after a failure, in quiet hours, for a digest.
  due_at timestamptz NOT NULL DEFAULT now(),
  -- Not after: it would be of no use any more.
  expires_at timestamptz,
  -- While it is being sent: until when it is that process's, and since when the other side may have it.
  leased_until timestamptz,
  handed_over_at timestamptz,
  -- By which the other side knows it.
  provider_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (fact, user_id, channel, target)
);
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS leased_until timestamptz;
ALTER TABLE deliveries DROP COLUMN IF EXISTS lease_until;
DROP INDEX IF EXISTS deliveries_due, deliveries_leased;
CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX IF NOT EXISTS deliveries_held ON deliveries (leased_until) WHERE state = 'sending';
CREATE INDEX IF NOT EXISTS deliveries_user ON deliveries (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS deliveries_undelivered ON deliveries (created_at DESC, id) WHERE state IN ('failed', 'bounced');
CREATE INDEX IF NOT EXISTS deliveries_provider ON deliveries (provider_id) WHERE provider_id IS NOT NULL;
-- Together with others of a day or a week, in the one message that `digest_id` names once it is made.
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS in_digest boolean NOT NULL DEFAULT false;
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS digest_id uuid;
CREATE INDEX IF NOT EXISTS deliveries_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL;

-- Where people are reached, as others tell of their accounts. Of a deleted one the row stays, with nothing in it, so that nothing that comes
-- late is told, or makes it known again.
CREATE TABLE IF NOT EXISTS people (
  user_id USER_ID PRIMARY KEY,
  email text,
  name text,
  deleted_at timestamptz
);

-- What people have chosen. No row: nothing.
CREATE TABLE IF NOT EXISTS preferences (
  user_id USER_ID PRIMARY KEY,
  locale text,
  zone text NOT NULL DEFAULT 'UTC',
  quiet_from text,
  quiet_to text,
  -- By kind and channel.
  chosen jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Where nothing arrives: a server has said so, or a mail came back. After a while it is tried again.
CREATE TABLE IF NOT EXISTS blocked_addresses (
  channel text NOT NULL,
  address text NOT NULL,
  reason text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (channel, address)
);

-- What people find in the app, beside the rows of `notifications`, which are made by others.
CREATE TABLE IF NOT EXISTS in_app (
  id uuid PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
  user_id USER_ID NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  link text,
  is_read boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS in_app_user ON in_app (user_id, created_at DESC, id DESC);

-- In which order each person was told in the app, so that a stream that broke off goes on where it was.
CREATE TABLE IF NOT EXISTS feed_log (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id USER_ID NOT NULL,
  -- As the feed names it.
  item text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, item)
);
CREATE INDEX IF NOT EXISTS feed_log_user ON feed_log (user_id, seq);

-- Browsers to which push goes, as they gave themselves; and apps on telephones, by their token of FCM, without keys.
CREATE TABLE IF NOT EXISTS push_subscriptions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id USER_ID NOT NULL,
  endpoint text NOT NULL UNIQUE,
  keys jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE push_subscriptions ALTER COLUMN keys DROP NOT NULL;
CREATE INDEX IF NOT EXISTS push_subscriptions_user ON push_subscriptions (user_id, created_at);

-- Telephone numbers, good for SMS once a code that was sent there has come back.
CREATE TABLE IF NOT EXISTS phones (
  user_id USER_ID PRIMARY KEY,
  number text NOT NULL,
  confirmed_at timestamptz,
  code_hash text,
  code_expires_at timestamptz,
  tries integer NOT NULL DEFAULT 0,
  -- That were asked for since: each costs somebody money.
  codes integer NOT NULL DEFAULT 1,
  codes_since timestamptz NOT NULL DEFAULT now()
);

-- The words that administrators have made, in place of the built-in ones: the newest version counts.
CREATE TABLE IF NOT EXISTS template_versions (
  kind text NOT NULL,
  locale text NOT NULL,
  version integer NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  action text NOT NULL,
  short text NOT NULL,
  updated_by USER_ID NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, locale, version)
);

-- Mails to all who have asked for news. `last_user_id`: up to whom its messages are queued.
CREATE TABLE IF NOT EXISTS campaigns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  -- draft, running, paused, cancelled, done
  state text NOT NULL DEFAULT 'draft',
  words jsonb NOT NULL,
  link text,
  audience jsonb NOT NULL,
  per_minute integer NOT NULL,
  last_user_id USER_ID,
  told_at timestamptz NOT NULL DEFAULT now(),
  created_by USER_ID NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS campaigns_running ON campaigns (told_at) WHERE state = 'running';
-- Nobody is told yet where it is null.
ALTER TABLE campaigns ALTER COLUMN last_user_id DROP DEFAULT, ALTER COLUMN last_user_id DROP NOT NULL;
-- Attempts that were none: it was put off, for quiet hours or a campaign that rests.
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS waits integer NOT NULL DEFAULT 0;
-- Somebody has told that the address can be confirmed, and not yet that it was. Of whoever came before that, nobody has told it.
ALTER TABLE people ADD COLUMN IF NOT EXISTS is_unconfirmed boolean NOT NULL DEFAULT false;
