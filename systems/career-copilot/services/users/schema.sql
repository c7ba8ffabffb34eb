-- Who a person is to others. Rows are made of what auth tells of registrations, and arrive from the legacy system.

CREATE TABLE IF NOT EXISTS profiles (
  user_id integer PRIMARY KEY,
  -- Owned by the auth service; here to be read.
  email text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  -- What auth told last of the same, by events; NULL until it does. No mapping knows this column, so nothing older overwrites it.
  account_active boolean,
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

-- Databases of before have the table without this column.
ALTER TABLE profiles ADD COLUMN IF NOT EXISTS account_active boolean;
