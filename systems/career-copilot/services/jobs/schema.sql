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
