CREATE SCHEMA IF NOT EXISTS banyan_events;

-- One row for each build of a projection: a version may be built again beside itself.
CREATE TABLE IF NOT EXISTS banyan_events.projections (
  name text NOT NULL,
  version integer NOT NULL,
  build integer NOT NULL,
  state text NOT NULL CHECK (state IN ('building', 'live')),
  mode text NOT NULL CHECK (mode IN ('async', 'inline')),
  -- Everything up to here has its effect in the tables; of a live inline projection: everything.
  position bigint NOT NULL DEFAULT 0,
  tables text[] NOT NULL DEFAULT '{}',
  views text NOT NULL,
  -- Why it has stopped.
  error text,
  failed_position bigint,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, build)
);
CREATE UNIQUE INDEX IF NOT EXISTS projections_live ON banyan_events.projections (name) WHERE state = 'live';

-- Events that a version of a projection goes without, since it could not apply them and somebody said so.
CREATE TABLE IF NOT EXISTS banyan_events.projection_skips (
  name text NOT NULL,
  version integer NOT NULL,
  position bigint NOT NULL,
  error text NOT NULL,
  who text NOT NULL,
  note text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, version, position)
);
