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

-- What was paid for sessions, those among them that were cancelled late: what the seeker gave, what of it the provider has, and the platform's fee.
-- Where it is told in three parts, what is not told yet is null or 0.
CREATE TABLE IF NOT EXISTS paid_sessions (
  session_id uuid PRIMARY KEY,
  seeker_id uuid,
  provider_id uuid,
  credits integer NOT NULL,
  earned integer NOT NULL,
  fee integer NOT NULL,
  paid_at timestamptz NOT NULL,
  is_counted boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS paid_sessions_seeker ON paid_sessions (seeker_id, paid_at);
CREATE INDEX IF NOT EXISTS paid_sessions_provider ON paid_sessions (provider_id, paid_at);
CREATE INDEX IF NOT EXISTS paid_sessions_at ON paid_sessions (paid_at);
CREATE INDEX IF NOT EXISTS paid_sessions_uncounted ON paid_sessions (paid_at) WHERE NOT is_counted AND seeker_id IS NOT NULL;

-- How each of the two of a session was rated. Those of providers count: who that is, the session says.
CREATE TABLE IF NOT EXISTS ratings (
  session_id uuid NOT NULL,
  rated_id uuid NOT NULL,
  stars smallint NOT NULL,
  rated_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, rated_id)
);
CREATE INDEX IF NOT EXISTS ratings_rated ON ratings (rated_id, rated_at) INCLUDE (session_id, stars);

CREATE OR REPLACE VIEW stars_of_providers AS
  SELECT rated_id AS provider_id, stars, rated_at FROM ratings
  JOIN completed_sessions AS session ON session.id = session_id AND session.provider_id = rated_id;
