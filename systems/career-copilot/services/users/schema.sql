-- Who a person is to others. Rows are made of what auth tells of registrations, and arrive from the legacy system.

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

-- The résumé that somebody has confirmed, in the form of JSON Resume. No part of it was ever the monolith's.
CREATE TABLE IF NOT EXISTS resumes (
  user_id integer PRIMARY KEY,
  resume jsonb NOT NULL,
  confirmed_at timestamptz NOT NULL DEFAULT now()
);

-- Databases of before have what auth told last of an account here. It is in the kit's table now (kit/account-activity.sql).
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute
             WHERE attrelid = 'profiles'::regclass AND attname = 'account_active' AND NOT attisdropped) THEN
    CREATE TABLE IF NOT EXISTS account_activity (user_id integer PRIMARY KEY, active boolean NOT NULL);
    INSERT INTO account_activity SELECT user_id, account_active FROM profiles WHERE account_active IS NOT NULL
      ON CONFLICT DO NOTHING;
    ALTER TABLE profiles DROP COLUMN account_active;
  END IF;
END
$$;
