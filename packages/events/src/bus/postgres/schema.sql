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
