-- Who teaches whom, and when. What always holds is in README.md; what can be said in SQL is said here.

-- A trusted extension: whoever may create in the database may have it. Equality of uuids in an exclusion constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Of people and skills others tell: read here only.
CREATE TABLE IF NOT EXISTS people (
  id uuid PRIMARY KEY,
  time_zone text NOT NULL DEFAULT 'UTC',
  status text NOT NULL DEFAULT 'ACTIVE'
);

-- What an hour costs; ratings of a provider are counted here.
CREATE TABLE IF NOT EXISTS skill_profiles (
  user_id uuid PRIMARY KEY,
  hourly_rate integer NOT NULL,
  rating_sum integer NOT NULL DEFAULT 0,
  rating_count integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS skills (
  id uuid PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE IF NOT EXISTS offered_skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  skill_id uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS offered_skills_of_user ON offered_skills (user_id, skill_id);

-- Hours of a week on the clock of the zone, which is the same for all of somebody's rows; 24:00 is the end of a day.
CREATE TABLE IF NOT EXISTS availability (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_time time NOT NULL,
  to_time time NOT NULL CHECK (from_time < to_time),
  zone varchar(64) NOT NULL
);
CREATE INDEX IF NOT EXISTS availability_of_user ON availability (user_id);

CREATE TABLE IF NOT EXISTS sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  seeker_id uuid NOT NULL,
  provider_id uuid NOT NULL CHECK (provider_id <> seeker_id),
  skill_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (starts_at < ends_at),
  state varchar(20) NOT NULL DEFAULT 'REQUESTED'
    CHECK (state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'DECLINED', 'CANCELLED')),
  hourly_rate integer NOT NULL,
  credits integer NOT NULL CHECK (credits >= 0),
  message text,
  -- Where both meet, from SCHEDULED on.
  room_url varchar(500),
  cancel_reason varchar(500),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1,
  -- False while nobody knows whether its credits are set aside: it takes the provider's time, and nobody sees it.
  booked boolean NOT NULL DEFAULT true,
  CONSTRAINT sessions_provider_once EXCLUDE USING gist (provider_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS'))
);
CREATE INDEX IF NOT EXISTS sessions_of_seeker ON sessions (seeker_id, starts_at DESC);
CREATE INDEX IF NOT EXISTS sessions_of_provider ON sessions (provider_id, starts_at DESC);
-- What the clock closes.
CREATE INDEX IF NOT EXISTS sessions_requested ON sessions (starts_at) WHERE state = 'REQUESTED';
CREATE INDEX IF NOT EXISTS sessions_open ON sessions (ends_at) WHERE state IN ('ACCEPTED', 'SCHEDULED', 'IN_PROGRESS');

CREATE TABLE IF NOT EXISTS session_history (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL,
  from_state varchar(20),
  to_state varchar(20) NOT NULL,
  -- Null: the clock.
  actor_id uuid,
  note varchar(500),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS session_history_of_session ON session_history (session_id);

CREATE TABLE IF NOT EXISTS ratings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL,
  rater_id uuid NOT NULL,
  rated_id uuid NOT NULL,
  stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
  comment text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (session_id, rater_id)
);

-- The credits of a session, from when payment is asked to set them aside until they are paid or given back.
CREATE TABLE IF NOT EXISTS session_credits (
  session_id uuid PRIMARY KEY,
  seeker_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  amount integer NOT NULL CHECK (amount >= 0),
  -- ASKED: payment is asked to set them aside. HELD. DUE: paid, or given back, from due_at on. DISPUTED: DUE as soon as it is decided.
  -- SETTLED. LOST: nothing was held any more. UNDOING: there is no session, and what may be held for it is given back.
  state text NOT NULL DEFAULT 'ASKED'
    CHECK (state IN ('ASKED', 'HELD', 'DUE', 'DISPUTED', 'SETTLED', 'LOST', 'UNDOING')),
  expires_at timestamptz NOT NULL,
  -- Payment's. Null: not known yet, or nothing is held since it costs nothing.
  hold_id uuid,
  -- Of it so many go to the provider.
  captured integer CHECK (captured BETWEEN 0 AND amount),
  settled_at timestamptz,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  CONSTRAINT what_becomes_of_it_is_known CHECK (state NOT IN ('DUE', 'DISPUTED', 'SETTLED', 'LOST') OR captured IS NOT NULL),
  CONSTRAINT nothing_is_forgotten CHECK (state IN ('HELD', 'SETTLED', 'LOST') OR due_at IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS session_credits_due ON session_credits (due_at) WHERE due_at IS NOT NULL;

-- What is held for a session, as the monolith has it: read here only. Its id is that of payment's hold.
CREATE TABLE IF NOT EXISTS credit_holds (
  id uuid PRIMARY KEY,
  session_id uuid NOT NULL,
  amount integer NOT NULL,
  status varchar(20) NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS credit_holds_of_session ON credit_holds (session_id);

-- What becomes of the credits of sessions and is not done yet, as the monolith has it, which goes on with it when sessions are its again.
CREATE TABLE IF NOT EXISTS settlements (
  session_id uuid PRIMARY KEY,
  captured integer NOT NULL CHECK (captured >= 0),
  due_at timestamptz NOT NULL
);

-- In the transaction of whatever is said of credits here, so that a row is there exactly as long as something is to be done. That payment is asked
-- again later puts nothing off: what is due may be contested no more, on neither side.
CREATE OR REPLACE FUNCTION note_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.state = OLD.state AND NEW.due_at > OLD.due_at THEN
    RETURN NULL;
  ELSIF NEW.state IN ('DUE', 'DISPUTED') THEN
    INSERT INTO settlements VALUES (NEW.session_id, CASE NEW.state WHEN 'DUE' THEN NEW.captured ELSE 0 END, NEW.due_at)
    ON CONFLICT (session_id) DO UPDATE SET captured = EXCLUDED.captured, due_at = EXCLUDED.due_at
    WHERE (settlements.captured, settlements.due_at) IS DISTINCT FROM (EXCLUDED.captured, EXCLUDED.due_at);
  ELSIF NEW.state IN ('SETTLED', 'LOST') THEN
    DELETE FROM settlements WHERE session_id = NEW.session_id;
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER settlement AFTER INSERT OR UPDATE OF state, captured, due_at ON session_credits
  FOR EACH ROW EXECUTE FUNCTION note_settlement();

CREATE TABLE IF NOT EXISTS disputes (
  session_id uuid PRIMARY KEY,
  opened_by uuid NOT NULL,
  reason text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  decides_at timestamptz NOT NULL,
  outcome text CHECK (outcome IN ('SEEKER', 'PROVIDER', 'SPLIT')),
  note text,
  -- Null: nobody, the time was over.
  decided_by uuid,
  decided_at timestamptz,
  CONSTRAINT decided_once CHECK ((outcome IS NULL) = (decided_at IS NULL))
);

-- When people are to be reminded of a session. No row, or nothing due: it was told, or there is nothing to tell.
CREATE TABLE IF NOT EXISTS reminders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL,
  minutes integer NOT NULL,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (session_id, minutes)
);
CREATE INDEX IF NOT EXISTS reminders_due ON reminders (due_at) WHERE due_at IS NOT NULL;

-- Rooms that somebody was let into: closed from due_at on. No row: nobody was.
CREATE TABLE IF NOT EXISTS rooms (
  session_id uuid PRIMARY KEY,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS rooms_due ON rooms (due_at) WHERE due_at IS NOT NULL;

-- What was recorded of sessions, and what becomes of it: the states are in recordings/store.ts.
CREATE TABLE IF NOT EXISTS recordings (
  -- Its name in the archive.
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL,
  -- Its name where its recorder has put it.
  source text NOT NULL,
  seconds integer NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  kept_until timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'COMING'
    CHECK (state IN ('COMING', 'ARCHIVED', 'KEPT', 'TOO_LARGE', 'LOST', 'ERASING', 'ERASED')),
  bytes bigint,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (session_id, source),
  CONSTRAINT what_is_kept_has_a_size CHECK (state NOT IN ('ARCHIVED', 'KEPT') OR bytes IS NOT NULL),
  CONSTRAINT nothing_is_kept_for_ever CHECK (state IN ('TOO_LARGE', 'LOST', 'ERASED') OR due_at IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS recordings_due ON recordings (due_at) WHERE due_at IS NOT NULL;

-- By which programs of calendars read somebody's sessions.
CREATE TABLE IF NOT EXISTS calendar_links (
  user_id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE
);
