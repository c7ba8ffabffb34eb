-- The legacy database: every table in one place, uuid keys, moments with their zone.

-- A trusted extension: whoever may create in the database may have it. Equality of uuids in an exclusion constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE users_legacy (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email varchar(255) NOT NULL UNIQUE,
  password_hash varchar(255) NOT NULL,
  full_name varchar(255) NOT NULL,
  bio text,
  profile_picture_url text,
  time_zone varchar(64) NOT NULL DEFAULT 'UTC',
  role varchar(20) NOT NULL DEFAULT 'USER' CHECK (role IN ('USER', 'ADMIN')),
  status varchar(20) NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DELETED')),
  verified boolean NOT NULL DEFAULT false,
  -- Empty: as by default.
  privacy_settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX users_legacy_created_at ON users_legacy (created_at DESC, id);

CREATE TABLE refresh_tokens (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users_legacy (id),
  token_hash varchar(64) NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  revoked boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refresh_tokens_user_id ON refresh_tokens (user_id);

CREATE TABLE skill_categories (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name varchar(100) NOT NULL UNIQUE,
  parent_id uuid REFERENCES skill_categories (id)
);

CREATE TABLE skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  category_id uuid NOT NULL REFERENCES skill_categories (id),
  name varchar(100) NOT NULL UNIQUE,
  description text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX skills_category_id ON skills (category_id);

CREATE TABLE skill_profiles (
  user_id uuid PRIMARY KEY REFERENCES users_legacy (id),
  headline varchar(255),
  hourly_rate integer NOT NULL DEFAULT 10 CHECK (hourly_rate >= 0),
  budget integer CHECK (budget >= 0),
  city varchar(255),
  latitude double precision,
  longitude double precision,
  -- Of what others have rated as a provider: the average is exact, and no rating is forgotten by another.
  rating_sum integer NOT NULL DEFAULT 0,
  rating_count integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1
);

CREATE TABLE offered_skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users_legacy (id),
  skill_id uuid NOT NULL REFERENCES skills (id),
  level varchar(20) NOT NULL,
  verified boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, skill_id)
);
CREATE INDEX offered_skills_skill_id ON offered_skills (skill_id, user_id);

CREATE TABLE wanted_skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users_legacy (id),
  skill_id uuid NOT NULL REFERENCES skills (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, skill_id)
);
CREATE INDEX wanted_skills_skill_id ON wanted_skills (skill_id);

-- Hours of a week on the clock of the zone, which is the same for all of somebody's rows; 24:00 is the end of a day.
CREATE TABLE availability (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users_legacy (id),
  weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_time time NOT NULL,
  to_time time NOT NULL CHECK (from_time < to_time),
  zone varchar(64) NOT NULL
);
CREATE INDEX availability_user_id ON availability (user_id);

CREATE TABLE sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  seeker_id uuid NOT NULL REFERENCES users_legacy (id),
  provider_id uuid NOT NULL REFERENCES users_legacy (id) CHECK (provider_id <> seeker_id),
  skill_id uuid NOT NULL REFERENCES skills (id),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (starts_at < ends_at),
  state varchar(20) NOT NULL DEFAULT 'REQUESTED',
  hourly_rate integer NOT NULL,
  credits integer NOT NULL CHECK (credits >= 0),
  message text,
  -- Where both meet, from SCHEDULED on.
  room_url varchar(500),
  cancel_reason varchar(500),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT sessions_provider_once EXCLUDE USING gist (provider_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS'))
);
CREATE INDEX sessions_seeker_id ON sessions (seeker_id, starts_at DESC);
CREATE INDEX sessions_provider_id ON sessions (provider_id, starts_at DESC);
-- What the clock closes.
CREATE INDEX sessions_requested ON sessions (starts_at) WHERE state = 'REQUESTED';
CREATE INDEX sessions_open ON sessions (ends_at) WHERE state IN ('ACCEPTED', 'SCHEDULED', 'IN_PROGRESS');

-- Its log says of these what a row was before: whoever follows it for a column or two passes over all other changes.
ALTER TABLE users_legacy REPLICA IDENTITY FULL;
ALTER TABLE skill_profiles REPLICA IDENTITY FULL;
ALTER TABLE sessions REPLICA IDENTITY FULL;

CREATE TABLE session_history (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES sessions (id),
  from_state varchar(20),
  to_state varchar(20) NOT NULL,
  -- Null: the clock.
  actor_id uuid REFERENCES users_legacy (id),
  note varchar(500),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_history_session_id ON session_history (session_id);

CREATE TABLE ratings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES sessions (id),
  rater_id uuid NOT NULL REFERENCES users_legacy (id),
  rated_id uuid NOT NULL REFERENCES users_legacy (id),
  stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
  comment text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (session_id, rater_id)
);
CREATE INDEX ratings_rated_id ON ratings (rated_id);

-- balance = sum of the completed transactions, held = sum of the holds that are open; what is available is the difference.
CREATE TABLE wallets (
  user_id uuid PRIMARY KEY REFERENCES users_legacy (id),
  balance integer NOT NULL DEFAULT 0,
  held integer NOT NULL DEFAULT 0 CHECK (held >= 0),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT wallets_never_negative CHECK (balance >= held)
);

CREATE TABLE credit_holds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users_legacy (id),
  session_id uuid NOT NULL UNIQUE REFERENCES sessions (id),
  amount integer NOT NULL CHECK (amount >= 0),
  -- Of a hold that is resolved: what of it was paid; the rest was given back.
  captured integer CHECK (captured BETWEEN 0 AND amount),
  status varchar(20) NOT NULL DEFAULT 'HELD' CHECK (status IN ('HELD', 'RESOLVED')),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz
);
CREATE INDEX credit_holds_user_id ON credit_holds (user_id);

-- What becomes of the credits of a session that is over while somebody may still contest it; the row goes when it is done.
CREATE TABLE settlements (
  session_id uuid PRIMARY KEY REFERENCES sessions (id),
  -- So much goes to the provider, before the fee; while it is contested, what does if nobody decides it in time.
  captured integer NOT NULL CHECK (captured >= 0),
  due_at timestamptz NOT NULL
);
CREATE INDEX settlements_due_at ON settlements (due_at);

CREATE TABLE disputes (
  session_id uuid PRIMARY KEY REFERENCES sessions (id),
  opened_by uuid NOT NULL REFERENCES users_legacy (id),
  reason text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  decides_at timestamptz NOT NULL,
  outcome varchar(20) CHECK (outcome IN ('SEEKER', 'PROVIDER', 'SPLIT')),
  note text,
  -- Null: nobody, the time was over.
  decided_by uuid REFERENCES users_legacy (id),
  decided_at timestamptz
);

CREATE TABLE transactions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Null: the platform's own.
  user_id uuid REFERENCES users_legacy (id),
  type varchar(20) NOT NULL
    CHECK (type IN ('PURCHASE', 'SESSION_PAYMENT', 'SESSION_EARNING', 'PLATFORM_FEE', 'WITHDRAWAL')),
  status varchar(20) NOT NULL CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED')),
  -- Above 0: into the wallet.
  credits integer NOT NULL,
  -- Minor units; of what has to do with money.
  amount integer,
  currency varchar(3),
  session_id uuid REFERENCES sessions (id),
  -- The payment provider's ids of what was paid with, and of the payment; never data of a card.
  payment_method_id varchar(255),
  payment_id varchar(255),
  idempotency_key varchar(255),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, idempotency_key),
  -- A session is paid once.
  UNIQUE (session_id, type)
);
CREATE INDEX transactions_pending ON transactions (created_at) WHERE status = 'PENDING';
CREATE INDEX transactions_user_id ON transactions (user_id, created_at DESC, id DESC);

-- A row here erases somebody, in its transaction, and says what was erased of them: rows by table.
CREATE TABLE erasures (
  user_id uuid PRIMARY KEY REFERENCES users_legacy (id),
  erased jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Nothing remains that tells who it was; sessions, ratings and transactions stay, since they are also others', and the tax office's.
CREATE FUNCTION erase_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  tab text;
  count integer;
BEGIN
  FOR tab, statement IN SELECT * FROM (VALUES
    ('users_legacy', $s$UPDATE users_legacy SET email = 'deleted-' || id || '@invalid', password_hash = '!', full_name = 'Deleted user',
       bio = NULL, profile_picture_url = NULL, time_zone = 'UTC', privacy_settings = '{}', status = 'DELETED',
       updated_at = now(), version = version + 1 WHERE id = $1$s$),
    ('skill_profiles', $s$UPDATE skill_profiles SET headline = NULL, city = NULL, latitude = NULL, longitude = NULL WHERE user_id = $1$s$),
    ('ratings', $s$UPDATE ratings SET comment = NULL WHERE rater_id = $1 AND comment IS NOT NULL$s$),
    ('sessions', $s$UPDATE sessions SET message = NULL WHERE seeker_id = $1 AND message IS NOT NULL$s$),
    ('session_history', $s$UPDATE session_history SET note = NULL WHERE actor_id = $1 AND note IS NOT NULL$s$),
    ('disputes', $s$UPDATE disputes SET reason = '' WHERE opened_by = $1 AND reason <> ''$s$),
    ('refresh_tokens', $s$DELETE FROM refresh_tokens WHERE user_id = $1$s$),
    ('offered_skills', $s$DELETE FROM offered_skills WHERE user_id = $1$s$),
    ('wanted_skills', $s$DELETE FROM wanted_skills WHERE user_id = $1$s$),
    ('availability', $s$DELETE FROM availability WHERE user_id = $1$s$),
    ('notifications', $s$DELETE FROM notifications WHERE user_id = $1$s$)
  ) AS parts
  LOOP
    EXECUTE statement USING NEW.user_id;
    GET DIAGNOSTICS count = ROW_COUNT;
    NEW.erased := NEW.erased || jsonb_build_object(tab, count);
  END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER erasures_erase BEFORE INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION erase_user();

CREATE TABLE notifications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users_legacy (id),
  kind varchar(40) NOT NULL,
  title varchar(255) NOT NULL,
  body text NOT NULL,
  is_read boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_user_id ON notifications (user_id, created_at DESC, id DESC);
