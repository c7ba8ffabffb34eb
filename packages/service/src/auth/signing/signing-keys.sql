-- Kept so that tokens stay good over a restart and on every instance. One signs, all verify.
CREATE TABLE IF NOT EXISTS signing_keys (
  kid text PRIMARY KEY,
  -- Of keys made before they were encrypted, until the service starts: null from then on.
  private_jwk jsonb,
  public_jwk jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE signing_keys ALTER COLUMN private_jwk DROP NOT NULL;
ALTER TABLE signing_keys ADD COLUMN IF NOT EXISTS encrypted_jwk text;
-- The newest whose time has come signs. A key is shown for a while before.
ALTER TABLE signing_keys ADD COLUMN IF NOT EXISTS signs_from timestamptz NOT NULL DEFAULT now();
