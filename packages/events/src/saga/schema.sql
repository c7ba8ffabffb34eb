CREATE SCHEMA IF NOT EXISTS banyan_events;

-- Marks of effects, written in the transaction of the effect itself.
CREATE TABLE IF NOT EXISTS banyan_events.saga_effects (
  idempotency_key text PRIMARY KEY,
  -- False: undone before it had happened, so it must not happen any more.
  effective boolean NOT NULL,
  result jsonb,
  at timestamptz NOT NULL DEFAULT now()
);

-- Processes that run sagas. One whose lease has run out is dead: the others take over what it ran.
CREATE TABLE IF NOT EXISTS banyan_events.saga_executors (
  executor_id text PRIMARY KEY,
  service text NOT NULL,
  -- Sagas, as <name>@<version>, that it knows how to run.
  sagas text[] NOT NULL,
  lease_until timestamptz NOT NULL
);

-- What operators did to sagas.
CREATE TABLE IF NOT EXISTS banyan_events.saga_mends (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  saga_id text NOT NULL,
  -- Null: the saga itself had broken off, not the compensation of a step.
  step text,
  action text NOT NULL CHECK (action IN ('retry', 'resolve', 'cancel')),
  who text NOT NULL,
  note text,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS saga_mends_saga_id ON banyan_events.saga_mends (saga_id);
-- Tables of before could not say 'cancel'.
ALTER TABLE banyan_events.saga_mends DROP CONSTRAINT IF EXISTS saga_mends_action_check;
ALTER TABLE banyan_events.saga_mends ADD CONSTRAINT saga_mends_action_check
  CHECK (action IN ('retry', 'resolve', 'cancel'));

-- Compensations that have failed and are tried again.
CREATE TABLE IF NOT EXISTS banyan_events.saga_compensations (
  saga_id text NOT NULL,
  step text NOT NULL,
  -- One more than it was given up before.
  times integer NOT NULL,
  since timestamptz NOT NULL,
  attempts integer NOT NULL,
  cause text NOT NULL,
  next_at timestamptz NOT NULL,
  PRIMARY KEY (saga_id, step)
);
