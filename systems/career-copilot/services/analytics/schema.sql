-- What analytics knows, made of events: a document by kind and id. Ids are those of the whole system.

CREATE TABLE IF NOT EXISTS documents (
  kind text NOT NULL,
  id integer NOT NULL,
  value jsonb NOT NULL,
  -- Ids of the last events that changed it.
  heard text[] NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (kind, id)
);

-- All that others had said before then has been heard: when the last of the events was made that came back to this service.
CREATE TABLE IF NOT EXISTS heard_until (
  id integer PRIMARY KEY CHECK (id = 1),
  at timestamptz NOT NULL
);
