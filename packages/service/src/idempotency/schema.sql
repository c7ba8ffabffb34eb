-- Answers of requests with an Idempotency-Key, each written in the transaction of its effect.

CREATE SCHEMA IF NOT EXISTS banyan_service;

CREATE TABLE IF NOT EXISTS banyan_service.idempotency_keys (
  -- Whose key it is: a key of one caller says nothing to another.
  caller text NOT NULL,
  key text NOT NULL,
  -- Of method, path and body: a key is for one request only.
  fingerprint text NOT NULL,
  -- Null only inside the transaction that is about to fill it in.
  answer json,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX IF NOT EXISTS idempotency_keys_expires_at ON banyan_service.idempotency_keys (expires_at);
