-- What people apply for and how far they have got. Ids of users, jobs and companies are those of the whole system.

CREATE TABLE IF NOT EXISTS applications (
  id serial PRIMARY KEY,
  user_id integer NOT NULL,
  job_id integer NOT NULL,
  status varchar(20) NOT NULL,
  cover_letter text,
  applied_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, job_id)
);

CREATE TABLE IF NOT EXISTS application_notes (
  id serial PRIMARY KEY,
  application_id integer NOT NULL,
  body text NOT NULL,
  is_private boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS application_notes_application_id ON application_notes (application_id);

CREATE TABLE IF NOT EXISTS application_timeline (
  id serial PRIMARY KEY,
  application_id integer NOT NULL,
  from_status varchar(20),
  to_status varchar(20) NOT NULL,
  note text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS application_timeline_application_id ON application_timeline (application_id);

CREATE TABLE IF NOT EXISTS documents (
  id serial PRIMARY KEY,
  user_id integer NOT NULL,
  application_id integer,
  name varchar(255) NOT NULL,
  kind varchar(20) NOT NULL,
  url varchar(500) NOT NULL,
  content_type varchar(100) NOT NULL,
  size_bytes integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS documents_application_id ON documents (application_id);

-- What the user is told of a change of status. Whether they have read it is not known here.
CREATE TABLE IF NOT EXISTS notifications (
  id serial PRIMARY KEY,
  user_id integer NOT NULL,
  kind varchar(40) NOT NULL,
  title varchar(255) NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What the monolith has no place for: nothing of it goes there.

CREATE TABLE IF NOT EXISTS application_details (
  application_id integer PRIMARY KEY,
  -- Nobody answers since then: counts as long as this is still its status.
  ghosted_from varchar(20),
  ghosted_at timestamptz,
  source varchar(20),
  source_detail varchar(255)
);

-- Why somebody did what an event tells of: what they wrote is not in the events, which are for ever.
CREATE TABLE IF NOT EXISTS application_reasons (
  application_id integer NOT NULL,
  version integer NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (application_id, version)
);

-- Owned by others; here to be read.

CREATE TABLE IF NOT EXISTS users (
  id integer PRIMARY KEY,
  is_active boolean NOT NULL
);

CREATE TABLE IF NOT EXISTS jobs (
  id integer PRIMARY KEY,
  company_id integer NOT NULL,
  title varchar(255) NOT NULL,
  is_active boolean NOT NULL
);

CREATE TABLE IF NOT EXISTS companies (
  id integer PRIMARY KEY,
  name varchar(255) NOT NULL
);
