CREATE SCHEMA IF NOT EXISTS banyan_events;

-- The messages whose effects are in this database.
CREATE TABLE IF NOT EXISTS banyan_events.inbox (
  consumer text NOT NULL,
  message_id text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);
CREATE INDEX IF NOT EXISTS inbox_at ON banyan_events.inbox USING brin (at);
