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

-- Counts of one worker in one window; absolute, so that writing them twice changes nothing.
CREATE TABLE IF NOT EXISTS control.outcomes (
  service      text NOT NULL,
  route        text NOT NULL,
  side         text NOT NULL CHECK (side IN ('monolith', 'service')),
  version      bigint NOT NULL,
  window_start timestamptz NOT NULL,
  worker_id    text NOT NULL,
  requests     bigint NOT NULL,
  failures     bigint NOT NULL,
  rescued      bigint NOT NULL,
  compared     bigint NOT NULL,
  mismatched   bigint NOT NULL,
  latency      jsonb NOT NULL,
  PRIMARY KEY (service, window_start, route, side, version, worker_id)
);
CREATE INDEX IF NOT EXISTS outcomes_by_window ON control.outcomes (window_start);

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
