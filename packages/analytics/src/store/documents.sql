-- What is known of what others tell: a document by kind and id. Ids are those of the whole system.

CREATE TABLE IF NOT EXISTS documents (
  kind text NOT NULL,
  id integer NOT NULL,
  value jsonb NOT NULL,
  -- Ids of the last events that changed it.
  heard text[] NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (kind, id)
);
