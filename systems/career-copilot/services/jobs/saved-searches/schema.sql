-- Searches that people have saved, and what they have found. No part of it was ever the monolith's.
CREATE TABLE IF NOT EXISTS saved_searches (
  id serial PRIMARY KEY,
  user_id integer NOT NULL,
  name text NOT NULL,
  criteria jsonb NOT NULL,
  frequency text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  -- The words of the criteria; null: none.
  query tsquery,
  -- A job that the search finds has one of these among its own (percolate.ts): by them the searches of a job are found.
  anchors text[] NOT NULL,
  -- When its owner is to be told of what it has found since the last time; null: it has found nothing since.
  due_at timestamptz,
  told_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Of the place that the criteria are to be near, in degrees; null: of none.
ALTER TABLE saved_searches ADD COLUMN IF NOT EXISTS latitude double precision, ADD COLUMN IF NOT EXISTS longitude double precision;
CREATE INDEX IF NOT EXISTS saved_searches_user ON saved_searches (user_id, id);
CREATE INDEX IF NOT EXISTS saved_searches_anchors ON saved_searches USING gin (anchors) WHERE active;
CREATE INDEX IF NOT EXISTS saved_searches_due ON saved_searches (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS saved_search_matches (
  search_id integer NOT NULL REFERENCES saved_searches (id) ON DELETE CASCADE,
  job_id integer NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  told_at timestamptz,
  PRIMARY KEY (search_id, job_id)
);
CREATE INDEX IF NOT EXISTS saved_search_matches_untold ON saved_search_matches (search_id) WHERE told_at IS NULL;
