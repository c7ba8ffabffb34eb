-- Who a person is to others. Rows arrive from the legacy system, where registration puts them.

CREATE TABLE IF NOT EXISTS profiles (
  user_id integer PRIMARY KEY,
  -- Owned by the auth service; here to be read.
  email text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  role text NOT NULL DEFAULT 'user',
  -- The full name is first_name, or first_name, one space and last_name. Only together do they mean anything.
  first_name text NOT NULL,
  last_name text,
  phone text,
  location text,
  headline text,
  skills text[] NOT NULL DEFAULT '{}',
  preferences jsonb NOT NULL DEFAULT '{}',
  privacy_settings jsonb NOT NULL DEFAULT '{}',
  profile_picture_url text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- What auth told by events and is not in a profile yet: it waits for the end of the link that brings the same.
CREATE TABLE IF NOT EXISTS account_news (
  user_id integer PRIMARY KEY,
  registration jsonb,
  is_active boolean,
  -- What stands in the place of a deleted person's email.
  deleted_as text,
  told_at timestamptz NOT NULL DEFAULT now()
);
