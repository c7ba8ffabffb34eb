-- The legacy database: every table in one place, integer ids.

CREATE TABLE IF NOT EXISTS users (
  id serial PRIMARY KEY,
  email varchar(255) NOT NULL UNIQUE,
  hashed_password varchar(255) NOT NULL,
  full_name varchar(255) NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  role varchar(20) NOT NULL DEFAULT 'user',
  phone varchar(40),
  location varchar(255),
  headline varchar(255),
  skills text[] NOT NULL DEFAULT '{}',
  preferences jsonb NOT NULL DEFAULT '{}',
  password_changed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- When the profile was last changed; a change of password has its own column.
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS refresh_tokens (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id),
  token_hash varchar(64) NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  revoked boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS refresh_tokens_user_id ON refresh_tokens (user_id);

CREATE TABLE IF NOT EXISTS companies (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  industry varchar(100),
  website varchar(255),
  location varchar(255),
  size varchar(20),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS jobs (
  id serial PRIMARY KEY,
  company_id integer NOT NULL REFERENCES companies (id),
  title varchar(255) NOT NULL,
  description text NOT NULL,
  location varchar(255),
  job_type varchar(20) NOT NULL,
  remote boolean NOT NULL DEFAULT false,
  salary_min integer,
  salary_max integer,
  requirements text[] NOT NULL DEFAULT '{}',
  is_active boolean NOT NULL DEFAULT true,
  posted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS jobs_company_id ON jobs (company_id);
CREATE INDEX IF NOT EXISTS jobs_active ON jobs (posted_at DESC, id DESC) WHERE is_active;
CREATE INDEX IF NOT EXISTS jobs_text ON jobs USING gin (to_tsvector('english', title || ' ' || description));

CREATE TABLE IF NOT EXISTS applications (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id),
  job_id integer NOT NULL REFERENCES jobs (id),
  status varchar(20) NOT NULL,
  cover_letter text,
  applied_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, job_id)
);

CREATE TABLE IF NOT EXISTS application_notes (
  id serial PRIMARY KEY,
  application_id integer NOT NULL REFERENCES applications (id),
  body text NOT NULL,
  is_private boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS application_notes_application_id ON application_notes (application_id);

CREATE TABLE IF NOT EXISTS application_timeline (
  id serial PRIMARY KEY,
  application_id integer NOT NULL REFERENCES applications (id),
  from_status varchar(20),
  to_status varchar(20) NOT NULL,
  note text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS application_timeline_application_id ON application_timeline (application_id);

CREATE TABLE IF NOT EXISTS documents (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id),
  application_id integer REFERENCES applications (id),
  name varchar(255) NOT NULL,
  kind varchar(20) NOT NULL,
  url varchar(500) NOT NULL,
  content_type varchar(100) NOT NULL,
  size_bytes integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS documents_user_id ON documents (user_id);
CREATE INDEX IF NOT EXISTS documents_application_id ON documents (application_id);

CREATE TABLE IF NOT EXISTS notifications (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id),
  kind varchar(40) NOT NULL,
  title varchar(255) NOT NULL,
  body text NOT NULL,
  is_read boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS notifications_user_id ON notifications (user_id, created_at DESC, id DESC);
