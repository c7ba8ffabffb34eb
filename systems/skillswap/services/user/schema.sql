-- Who may come in, and who they are to others. Ids are the monolith's kind: until it is retired every row must fit there too.

CREATE TABLE IF NOT EXISTS users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  -- The full name is first_name, or first_name, one space and last_name. Only together do they mean anything.
  first_name text NOT NULL,
  last_name text,
  bio text,
  profile_picture_url text,
  time_zone text NOT NULL DEFAULT 'UTC',
  role text NOT NULL DEFAULT 'USER',
  status text NOT NULL DEFAULT 'ACTIVE',
  verified boolean NOT NULL DEFAULT false,
  -- Empty: as by default.
  privacy_settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- One more with each change: who changes something says which version they have read.
  version integer NOT NULL DEFAULT 1,
  -- When an administrator did it here: logins from before have ended with it.
  suspended_at timestamptz
);
CREATE INDEX IF NOT EXISTS users_created_at ON users (created_at DESC, id);

CREATE TABLE IF NOT EXISTS refresh_tokens (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id),
  token_hash text NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  revoked boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS refresh_tokens_user_id ON refresh_tokens (user_id);

-- What the rest of the system begins with of everybody who registers, in the same transaction; what is in it is others' to keep.
CREATE TABLE IF NOT EXISTS skill_profiles (user_id uuid PRIMARY KEY);
CREATE TABLE IF NOT EXISTS wallets (user_id uuid PRIMARY KEY);

-- Who has ever met whom, to be read: they may see each other.
CREATE TABLE IF NOT EXISTS sessions (
  id uuid PRIMARY KEY,
  seeker_id uuid NOT NULL,
  provider_id uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_between ON sessions (seeker_id, provider_id);

-- Whose account is deleted. While there is a monolith, it writes it down, with what it has erased: rows by table.
CREATE TABLE IF NOT EXISTS erasures (
  user_id uuid PRIMARY KEY,
  -- Null: there was no monolith.
  erased jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What became of it everywhere. Without a proof: it is on its way.
CREATE TABLE IF NOT EXISTS erasure_proofs (
  user_id uuid PRIMARY KEY,
  begun_at timestamptz NOT NULL DEFAULT now(),
  -- As it is signed, to the letter.
  proof text,
  signature text,
  proven_at timestamptz,
  CONSTRAINT proven_as_a_whole CHECK (num_nulls(proof, signature, proven_at) IN (0, 3))
);

-- Files of pictures. Due: it is to be removed, then; null: it is shown.
CREATE TABLE IF NOT EXISTS picture_files (
  name uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS picture_files_of_user ON picture_files (user_id);
CREATE INDEX IF NOT EXISTS picture_files_due ON picture_files (due_at) WHERE due_at IS NOT NULL;

-- All that there is about somebody, for them to take with them.
CREATE TABLE IF NOT EXISTS archives (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  -- By service.
  parts jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  ready_at timestamptz,
  due_at timestamptz DEFAULT now(),
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS archives_of_user ON archives (user_id);
CREATE INDEX IF NOT EXISTS archives_due ON archives (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS archives_old ON archives (created_at);
