-- Small values that expire. Unlogged: a crash of the server empties it, which whoever uses it must bear.

CREATE SCHEMA IF NOT EXISTS banyan_service;

CREATE UNLOGGED TABLE IF NOT EXISTS banyan_service.key_values (
  key text PRIMARY KEY,
  value text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS key_values_expires_at ON banyan_service.key_values (expires_at);
