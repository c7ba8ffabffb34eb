-- Owned by others; here to be read. What people are told is in the tables of @banyan/notifications.
CREATE TABLE IF NOT EXISTS users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  status text NOT NULL
);
