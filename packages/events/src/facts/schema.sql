CREATE SCHEMA IF NOT EXISTS banyan_events;

-- What became of the changes that replication has applied, counted in their transactions: one row for each table.
CREATE TABLE IF NOT EXISTS banyan_events.replicated_facts (
  table_name text PRIMARY KEY,
  changes bigint NOT NULL,
  facts bigint NOT NULL,
  -- No function made a fact of them.
  unwanted bigint NOT NULL,
  -- Their transaction asked for silence.
  silent bigint NOT NULL
);

-- What one consumer is told of rows that are there, since it has asked: one row for each table of a backfill.
CREATE TABLE IF NOT EXISTS banyan_events.backfills (
  name text,
  table_name text,
  consumer text NOT NULL,
  -- Rows there were when it began.
  total bigint NOT NULL,
  -- Primary key of the last row that was looked at, as text; null: none yet.
  told_to text[],
  rows bigint NOT NULL DEFAULT 0,
  facts bigint NOT NULL DEFAULT 0,
  begun_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (name, table_name)
);

-- Consumers that have asked this service for the rows that are there. Whether they have been told is in backfills, by the name.
CREATE TABLE IF NOT EXISTS banyan_events.backfills_wanted (
  name text PRIMARY KEY,
  consumer text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  -- What the last try failed of; null: none has.
  failure text
);
-- Facts that the consumer says it has handled; null: it does not say. Then also of how many tables it is told.
ALTER TABLE banyan_events.backfills_wanted ADD COLUMN IF NOT EXISTS handled bigint, ADD COLUMN IF NOT EXISTS tables integer;

-- Services that this one asks for the rows that are there, since its definition says so.
CREATE TABLE IF NOT EXISTS banyan_events.backfills_asked (
  owner text PRIMARY KEY,
  -- Null: asked again until it has answered.
  answered_at timestamptz,
  -- Why it will not tell them.
  refusal text
);
-- Facts of its that this service has handled, so many of which it was told, of how many it has told the owner, and since when it has
-- handled all; `told` is null, and complete_at with it, until the owner says how many there are.
ALTER TABLE banyan_events.backfills_asked ADD COLUMN IF NOT EXISTS handled bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS acknowledged bigint NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS told bigint,
  ADD COLUMN IF NOT EXISTS all_told boolean NOT NULL DEFAULT false, ADD COLUMN IF NOT EXISTS complete_at timestamptz;
