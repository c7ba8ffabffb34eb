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
