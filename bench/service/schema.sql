CREATE TABLE IF NOT EXISTS notes (
  id integer PRIMARY KEY,
  title text NOT NULL,
  body text NOT NULL,
  tags text[] NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO notes (id, title, body, tags)
SELECT i, 'Note ' || i, repeat('some text ', 20), ARRAY['a', 'b', 'c'] FROM generate_series(1, 1000) i
ON CONFLICT DO NOTHING;
