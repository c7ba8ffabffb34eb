-- What is known of people, skills, sessions, payments and ratings: each a row by the id that its owner has given it, so that what is told twice,
-- or in another order, is the same. Dashboards and reports are in the tables of @banyan/analytics.

CREATE TABLE IF NOT EXISTS people (
  id uuid PRIMARY KEY,
  status varchar(20) NOT NULL DEFAULT 'ACTIVE',
  -- Null: they are told of, and their registration is not yet.
  registered_at timestamptz
);
CREATE INDEX IF NOT EXISTS people_registered_at ON people (registered_at);

CREATE TABLE IF NOT EXISTS skill_categories (
  id uuid PRIMARY KEY,
  name varchar(100) NOT NULL
);

CREATE TABLE IF NOT EXISTS skills (
  id uuid PRIMARY KEY,
  category_id uuid NOT NULL
);

CREATE TABLE IF NOT EXISTS completed_sessions (
  id uuid PRIMARY KEY,
  seeker_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  completed_at timestamptz NOT NULL,
  heard_at timestamptz NOT NULL DEFAULT now(),
  -- Whether a process has it in its metrics. What was there before anybody asked is in none.
  is_counted boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS completed_sessions_seeker ON completed_sessions (seeker_id, completed_at);
CREATE INDEX IF NOT EXISTS completed_sessions_provider ON completed_sessions (provider_id, completed_at);
CREATE INDEX IF NOT EXISTS completed_sessions_at ON completed_sessions (completed_at);
CREATE INDEX IF NOT EXISTS completed_sessions_uncounted ON completed_sessions (heard_at) WHERE NOT is_counted;

-- What seekers have paid for sessions, those among them that were cancelled late. The provider has what is left without the fee.
CREATE TABLE IF NOT EXISTS session_payments (
  transaction_id uuid PRIMARY KEY,
  session_id uuid NOT NULL,
  seeker_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  credits integer NOT NULL,
  fee integer NOT NULL,
  paid_at timestamptz NOT NULL,
  is_counted boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS session_payments_seeker ON session_payments (seeker_id, paid_at);
CREATE INDEX IF NOT EXISTS session_payments_provider ON session_payments (provider_id, paid_at);
CREATE INDEX IF NOT EXISTS session_payments_at ON session_payments (paid_at);
CREATE INDEX IF NOT EXISTS session_payments_uncounted ON session_payments (paid_at) WHERE NOT is_counted;

-- How providers were rated, once for each session.
CREATE TABLE IF NOT EXISTS provider_ratings (
  session_id uuid PRIMARY KEY,
  provider_id uuid NOT NULL,
  stars smallint NOT NULL,
  rated_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS provider_ratings_provider ON provider_ratings (provider_id, rated_at) INCLUDE (stars);
