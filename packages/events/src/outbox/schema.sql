CREATE SCHEMA IF NOT EXISTS banyan_events;

-- A message is a row of the transaction that it tells of. The relay reads rows off the WAL, not from here; here they stay
-- for a while so that a lost slot can be mended.
CREATE TABLE IF NOT EXISTS banyan_events.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  message jsonb NOT NULL
);
-- Rows are never updated: a table that only grows at one end and shrinks at the other.
ALTER TABLE banyan_events.outbox SET (autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE IF NOT EXISTS banyan_events.relay (
  slot text PRIMARY KEY,
  -- Everything committed up to here is on the bus. Never behind what the slot was told.
  position pg_lsn,
  -- Every transaction visible in it is on the bus: what tells in the table which rows still have to go.
  published pg_snapshot,
  -- False until all that was committed before the slot was made has been published.
  caught_up boolean NOT NULL DEFAULT false
);

-- Locked by the relay that is active. A table, since waiting for it holds no snapshot, and waiting for an advisory lock
-- would: VACUUM could remove nothing in the whole database as long as a second relay waits.
CREATE TABLE IF NOT EXISTS banyan_events.relay_turn ();

-- Until when the one that holds the lock is the active relay. One that is frozen keeps its lock, and lets this run out.
CREATE TABLE IF NOT EXISTS banyan_events.relay_lease (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- Null: given back.
  holder uuid,
  until timestamptz NOT NULL
);
