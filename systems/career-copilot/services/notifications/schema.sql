-- Owned by others; here to be read. What people are told is in the tables of @banyan/notifications.

CREATE TABLE IF NOT EXISTS users (
  id integer PRIMARY KEY,
  is_active boolean NOT NULL
);
-- Of those who were there before auth told of anybody.
ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;
