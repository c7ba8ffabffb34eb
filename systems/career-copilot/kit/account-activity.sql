-- What auth told last of an account, by events. No row: it told nothing. No mapping knows this table, so nothing older overwrites it.
CREATE TABLE IF NOT EXISTS account_activity (
  user_id integer PRIMARY KEY,
  active boolean NOT NULL
);
