-- What gateway workers and the controller tell each other. Changes are announced by NOTIFY banyan; its payload says
-- of what: 'table', 'fence', 'ack'.
CREATE SCHEMA IF NOT EXISTS control;

CREATE TABLE IF NOT EXISTS control.route_tables (
  version    bigint PRIMARY KEY,
  body       jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS control.fences (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  service    text NOT NULL,
  from_share integer NOT NULL CHECK (from_share BETWEEN 0 AND 10000),
  to_share   integer NOT NULL CHECK (to_share BETWEEN 0 AND 10000),
  state      text NOT NULL DEFAULT 'holding' CHECK (state IN ('holding', 'committed', 'aborted')),
  deadline   timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  decided_at timestamptz
);
-- Two fences of one service at once would each judge keys by a share that the other is changing.
CREATE UNIQUE INDEX IF NOT EXISTS one_open_fence_per_service ON control.fences (service) WHERE state = 'holding';

CREATE TABLE IF NOT EXISTS control.fence_acks (
  fence_id  uuid NOT NULL REFERENCES control.fences ON DELETE CASCADE,
  worker_id text NOT NULL,
  in_flight integer NOT NULL,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (fence_id, worker_id)
);

-- A worker counts as alive until its lease runs out, by this database's clock.
CREATE TABLE IF NOT EXISTS control.workers (
  id          text PRIMARY KEY,
  lease_until timestamptz NOT NULL,
  version     bigint NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- [{upstream, url, why}]: instances that this worker's health checks find unwell.
ALTER TABLE control.workers ADD COLUMN IF NOT EXISTS unhealthy jsonb NOT NULL DEFAULT '[]';

-- Of routes that are still the monolith's: how many requests carried the route's key, and some of these keys.
CREATE TABLE IF NOT EXISTS control.route_keys (
  service  text NOT NULL,
  route    text NOT NULL,
  requests bigint NOT NULL,
  keyed    bigint NOT NULL,
  sample   text[] NOT NULL,
  PRIMARY KEY (service, route)
);

-- Buckets that a service's keys fall into, as far as any worker has seen them: bit n + 1 is bucket n.
CREATE TABLE IF NOT EXISTS control.keys_seen (
  service text PRIMARY KEY,
  buckets bit(10000) NOT NULL
);

-- What was counted of one service's routes in one span of time ('' : of what no route matches). Spans of two seconds are
-- one worker's, absolute, so that writing them twice changes nothing; roll-up.ts sums them to minutes and those to hours
-- (worker_id ''), and drops them: how many rows there are does not depend on how long the system has been up.
CREATE TABLE IF NOT EXISTS control.evidence (
  service   text NOT NULL,
  span_ms   integer NOT NULL CHECK (span_ms IN (2000, 60000, 3600000)),
  starts    timestamptz NOT NULL,
  version   bigint NOT NULL,
  worker_id text NOT NULL,
  outcomes  jsonb NOT NULL,
  PRIMARY KEY (span_ms, starts, service, version, worker_id)
);
-- When a span was last written, by this database's clock: what is new is read by it.
ALTER TABLE control.evidence ADD COLUMN IF NOT EXISTS told_at timestamptz NOT NULL DEFAULT clock_timestamp();
-- The counts of earlier versions had no end and are not carried over: evidence starts anew.
DROP TABLE IF EXISTS control.outcomes;

-- The last failures of each route and why; never a path, a header or a body. Bounded by prune.ts.
CREATE TABLE IF NOT EXISTS control.failures (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service text NOT NULL,
  route   text NOT NULL,
  side    text NOT NULL CHECK (side IN ('monolith', 'service')),
  method  text NOT NULL,
  reason  text NOT NULL,
  at      timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS failures_by_service ON control.failures (service, id DESC);

CREATE TABLE IF NOT EXISTS control.mismatches (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service     text NOT NULL,
  route       text NOT NULL,
  version     bigint NOT NULL,
  at          timestamptz NOT NULL,
  curl        text NOT NULL,
  differences jsonb NOT NULL,
  answers     jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS mismatches_by_service ON control.mismatches (service, id DESC);
