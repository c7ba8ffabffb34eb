-- The bus's own tables beside those of pg-boss. All services share them.
CREATE SCHEMA IF NOT EXISTS banyan_bus;

-- Which queue (one per group) gets which types.
CREATE TABLE IF NOT EXISTS banyan_bus.subscriptions (
  type text NOT NULL,
  queue text NOT NULL,
  PRIMARY KEY (type, queue)
);

CREATE TABLE IF NOT EXISTS banyan_bus.dead_letters (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  queue text NOT NULL,
  type text NOT NULL,
  message jsonb NOT NULL,
  reason text NOT NULL,
  attempts int NOT NULL,
  died_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS dead_letters_by_queue ON banyan_bus.dead_letters (queue, died_at);

-- Messages that handlers are at work on, a row for each take: what a process leaves here when it ends is counted against them.
CREATE TABLE IF NOT EXISTS banyan_bus.in_hand (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  jobs uuid[] NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS in_hand_by_queue ON banyan_bus.in_hand (queue);
ALTER TABLE banyan_bus.in_hand SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
