CREATE SCHEMA IF NOT EXISTS banyan_events;

-- Every event of every stream, once, for ever. "position" is given at append; readers wait at a hole until no transaction
-- that could still fill it is open (see banyan_events.horizon).
CREATE TABLE IF NOT EXISTS banyan_events.events (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  id uuid NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  type_version smallint NOT NULL,
  stream text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  actor text,
  -- Whom it is about, for the audit trail and for crypto-shredding.
  subject text COLLATE "C",
  -- NULL: its own id.
  correlation_id text,
  causation_id text,
  -- Fields of data that are sealed with the subject's key.
  personal text[],
  metadata jsonb,
  data jsonb NOT NULL,
  UNIQUE (stream, version)
);

CREATE INDEX IF NOT EXISTS events_subject ON banyan_events.events (subject, position) WHERE subject IS NOT NULL;
-- Small and nearly free to keep; what the audit trail uses when only times are given.
CREATE INDEX IF NOT EXISTS events_at ON banyan_events.events USING brin (at) WITH (autosummarize = on);

CREATE OR REPLACE FUNCTION banyan_events.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'banyan_events.events is append-only';
END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON banyan_events.events
  FOR EACH STATEMENT EXECUTE FUNCTION banyan_events.refuse_change();

-- What a reader that has everything up to "after" needs to know, in this order, each from a snapshot of its own:
--   last     the highest position that was given out;
--   holders  transactions that append right now: all that may hold a position up to "last" and are not over. INSERT locks the
--            table before it takes a position, and the lock is let go after the outcome is visible;
--   reached  how far the events after "after" are without a hole.
CREATE OR REPLACE FUNCTION banyan_events.horizon(
  after bigint, OUT last bigint, OUT holders text[], OUT reached bigint
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END INTO last FROM banyan_events.events_position_seq s;
  SELECT coalesce(array_agg(l.virtualtransaction), '{}') INTO holders FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.relation = 'banyan_events.events'::regclass
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  reached := after;
  IF last > after THEN
    SELECT coalesce(max(n.position), after) INTO reached FROM (
      SELECT e.position, row_number() OVER (ORDER BY e.position) AS nth FROM (
        SELECT position FROM banyan_events.events WHERE position > after ORDER BY position LIMIT 2000) e) n
      WHERE n.position = after + n.nth;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS banyan_events.snapshots (
  stream text COLLATE "C" NOT NULL,
  decider text NOT NULL,
  decider_version integer NOT NULL,
  version integer NOT NULL,
  state jsonb NOT NULL,
  -- Whose personal data the state may hold: gone with their keys.
  subjects text[] NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, decider, decider_version)
);
CREATE INDEX IF NOT EXISTS snapshots_subjects ON banyan_events.snapshots USING gin (subjects) WHERE subjects <> '{}';

-- One key per person, wrapped by the master key. Deleting the row is what forgets.
CREATE TABLE IF NOT EXISTS banyan_events.subject_keys (
  subject text COLLATE "C" PRIMARY KEY,
  id uuid NOT NULL,
  master text NOT NULL,
  wrapped bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
