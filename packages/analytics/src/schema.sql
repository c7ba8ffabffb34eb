-- What every analytics service has besides what it knows of its system. USER_ID stands for the type of ids of users.

-- All that others had said before then has been heard: when the last of the events was made that came back to this service.
CREATE TABLE IF NOT EXISTS heard_until (
  id integer PRIMARY KEY CHECK (id = 1),
  at timestamptz NOT NULL
);

-- What people make for themselves. These are no documents of events: they change with an event in one transaction.
CREATE TABLE IF NOT EXISTS dashboards (
  user_id USER_ID NOT NULL,
  name varchar(60) NOT NULL,
  definition jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, name)
);

CREATE TABLE IF NOT EXISTS reports (
  id serial PRIMARY KEY,
  user_id USER_ID NOT NULL,
  format varchar(10) NOT NULL,
  zone varchar(64) NOT NULL,
  state varchar(10) NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz DEFAULT now(),
  -- One process makes it until then.
  leased_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  content bytea
);
CREATE INDEX IF NOT EXISTS reports_user_id ON reports (user_id, id);
ALTER TABLE reports ADD COLUMN IF NOT EXISTS due_at timestamptz DEFAULT now();
ALTER TABLE reports ADD COLUMN IF NOT EXISTS leased_until timestamptz;
ALTER TABLE reports DROP COLUMN IF EXISTS claim, DROP COLUMN IF EXISTS claimed_until;
CREATE INDEX IF NOT EXISTS reports_due_at ON reports (due_at) WHERE state IN ('waiting', 'running');
