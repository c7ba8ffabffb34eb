-- What gateway workers and the controller tell each other. Changes are announced by NOTIFY banyan; its payload says
-- of what: 'table', 'fence', 'ack', 'pins'.
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
-- (worker_id ''), and drops them: how many rows there are does not depend on how long the system has been up. The form of
-- outcomes is that of stored-outcome.ts.
CREATE TABLE IF NOT EXISTS control.evidence (
  service   text NOT NULL,
  span_ms   integer NOT NULL CHECK (span_ms IN (2000, 60000, 3600000)),
  starts    timestamptz NOT NULL,
  version   bigint NOT NULL,
  worker_id text NOT NULL,
  outcomes  json NOT NULL,
  PRIMARY KEY (span_ms, starts, service, version, worker_id)
);
-- When a span was last written, by this database's clock: what is new is read by it.
ALTER TABLE control.evidence ADD COLUMN IF NOT EXISTS told_at timestamptz NOT NULL DEFAULT clock_timestamp();
-- As text: the database only hands the counts on, and writing the numbers of a jsonb anew was half of what reading them cost.
ALTER TABLE control.evidence ALTER COLUMN outcomes TYPE json;
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

-- Consumers whose reads stay on the side they wrote to, because a link had not passed their write in time. A pin that has
-- been lifted stays for ten seconds with its end in the past, so that workers hear of it. At most as many as the writer says.
CREATE TABLE IF NOT EXISTS control.pins (
  consumer text NOT NULL, -- a hash
  service  text NOT NULL,
  side     text NOT NULL CHECK (side IN ('monolith', 'service')),
  version  bigint NOT NULL, -- route table of the worker that wrote it
  seq      bigint NOT NULL,
  until    timestamptz NOT NULL,
  PRIMARY KEY (service, consumer)
);
CREATE INDEX IF NOT EXISTS pins_by_seq ON control.pins (seq);

-- The one row is locked until a change of pins commits, so they become visible in the order of their numbers (those of
-- a sequence do not): a worker that has seen one number has seen all below it.
CREATE TABLE IF NOT EXISTS control.pin_clock (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  seq bigint NOT NULL
);
INSERT INTO control.pin_clock (seq) VALUES (0) ON CONFLICT DO NOTHING;

-- Number up to which a worker knows the pins. Null: a worker of an earlier version, which knows none.
ALTER TABLE control.workers ADD COLUMN IF NOT EXISTS pins_seen bigint;

-- Pins, and marks: rows for all whose reads the other side answers; their consumer is '*' and the links that they wait for. Marks are few,
-- and do not count.
CREATE OR REPLACE FUNCTION control.tell_late(
  consumers text[], services text[], sides text[], version bigint, for_ms integer, most integer,
  OUT number bigint, OUT pinned boolean
) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE control.pin_clock SET seq = seq + 1 RETURNING seq INTO number;
  DELETE FROM control.pins WHERE until < clock_timestamp() - interval '10 seconds';
  pinned := (SELECT count(*) FROM control.pins WHERE consumer NOT LIKE '*%')
            + (SELECT count(*) FROM unnest(consumers) AS told (consumer) WHERE told.consumer NOT LIKE '*%') <= most;
  INSERT INTO control.pins
    SELECT told.consumer, told.service, told.side, tell_late.version, number,
           clock_timestamp() + for_ms * interval '1 millisecond'
      FROM unnest(consumers, services, sides) AS told (consumer, service, side)
     WHERE pinned OR told.consumer LIKE '*%'
    ON CONFLICT ON CONSTRAINT pins_pkey DO UPDATE
      SET side = excluded.side, version = excluded.version, seq = excluded.seq, until = excluded.until;
  PERFORM pg_notify('banyan', 'pins');
END $$;

-- Only what nobody has written anew: by one number there may be pins and marks that wait for different links.
CREATE OR REPLACE FUNCTION control.end_late(consumers text[], services text[], seqs bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  number bigint;
BEGIN
  UPDATE control.pin_clock SET seq = seq + 1 RETURNING seq INTO number;
  UPDATE control.pins SET until = least(until, clock_timestamp()), seq = number
    FROM unnest(consumers, services, seqs) AS ended (consumer, service, seq)
   WHERE pins.consumer = ended.consumer AND pins.service = ended.service AND pins.seq = ended.seq;
  PERFORM pg_notify('banyan', 'pins');
END $$;
