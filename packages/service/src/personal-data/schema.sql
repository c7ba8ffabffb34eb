-- What this service has erased of whom: who asks again is told the same. Of a person there is the id and nothing else.
CREATE SCHEMA IF NOT EXISTS banyan_service;
CREATE TABLE IF NOT EXISTS banyan_service.erasures (
  person text PRIMARY KEY,
  -- Rows by table, of all times that it was asked for.
  erased jsonb NOT NULL DEFAULT '{}',
  first_at timestamptz NOT NULL DEFAULT now(),
  last_at timestamptz NOT NULL DEFAULT now()
);
