-- What people are told, and whether they have read it. Ids of users are those of the whole system.

-- Rows are made by whoever makes what they tell of.
CREATE TABLE IF NOT EXISTS notifications (
  id integer PRIMARY KEY,
  user_id integer NOT NULL,
  kind varchar(40) NOT NULL,
  title varchar(255) NOT NULL,
  body text NOT NULL,
  is_read boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS notifications_user_id ON notifications (user_id, created_at DESC, id DESC);

-- Owned by others; here to be read.

CREATE TABLE IF NOT EXISTS users (
  id integer PRIMARY KEY,
  is_active boolean NOT NULL
);
-- Of those who were there before auth told of anybody.
ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;
