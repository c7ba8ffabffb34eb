-- What people are told in the app by rows that others make with what they tell of, and whom. What else is told is in the tables of
-- @banyan/notifications.

CREATE TABLE IF NOT EXISTS notifications (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  kind varchar(40) NOT NULL,
  title varchar(255) NOT NULL,
  body text NOT NULL,
  is_read boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS notifications_user_id ON notifications (user_id, created_at DESC, id DESC);

-- Owned by others; here to be read.
CREATE TABLE IF NOT EXISTS users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  status text NOT NULL
);
