-- Companies and the jobs that they offer. Ids are those of the whole system.

CREATE TABLE IF NOT EXISTS companies (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  industry varchar(100),
  website varchar(255),
  location varchar(255),
  size varchar(20),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS companies_name ON companies (lower(name));

CREATE TABLE IF NOT EXISTS jobs (
  id serial PRIMARY KEY,
  company_id integer NOT NULL,
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
-- For the search: titles weigh more than descriptions, and are found when they are written a little otherwise too.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS jobs_search ON jobs USING gin
  ((setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'C')));
CREATE INDEX IF NOT EXISTS jobs_title_similar ON jobs USING gin (title gin_trgm_ops);

-- What is taken in from elsewhere. No part of it was ever the monolith's.

-- A board or feed that is read; `next_run_at` is when it is its turn, also for whoever takes it up meanwhile.
CREATE TABLE IF NOT EXISTS job_sources (
  id serial PRIMARY KEY,
  kind text NOT NULL,
  board text NOT NULL,
  company text,
  etag text,
  last_modified text,
  next_run_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (kind, board)
);

CREATE TABLE IF NOT EXISTS job_source_runs (
  id bigserial PRIMARY KEY,
  source_id integer NOT NULL REFERENCES job_sources (id),
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  -- `new`, `unchanged` or `failed`; null while it runs, and for ever if its process died.
  outcome text,
  error text,
  found integer NOT NULL DEFAULT 0,
  unusable integer NOT NULL DEFAULT 0,
  posted integer NOT NULL DEFAULT 0,
  updated integer NOT NULL DEFAULT 0,
  closed integer NOT NULL DEFAULT 0,
  doubles integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS job_source_runs_source ON job_source_runs (source_id, id DESC);

-- A job as one source has it. Several sources may have the same one: the one that had it first says what it is.
CREATE TABLE IF NOT EXISTS job_postings (
  source_id integer NOT NULL REFERENCES job_sources (id),
  external_id text NOT NULL,
  job_id integer NOT NULL,
  url text NOT NULL,
  canonical_url text NOT NULL,
  fingerprint text NOT NULL,
  content_hash text NOT NULL,
  html text NOT NULL,
  salary jsonb,
  expires_at timestamptz,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_run bigint NOT NULL,
  gone_at timestamptz,
  PRIMARY KEY (source_id, external_id)
);
CREATE INDEX IF NOT EXISTS job_postings_job ON job_postings (job_id);
CREATE INDEX IF NOT EXISTS job_postings_url ON job_postings (canonical_url) WHERE gone_at IS NULL;
CREATE INDEX IF NOT EXISTS job_postings_fingerprint ON job_postings (fingerprint) WHERE gone_at IS NULL;
