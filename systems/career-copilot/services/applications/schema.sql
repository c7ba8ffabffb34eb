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
CREATE INDEX IF NOT EXISTS applications_newest ON applications (user_id, created_at DESC, id DESC);

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
-- The statistics of a user are read from it alone, in its order. It took the place of the one without the other columns.
CREATE INDEX IF NOT EXISTS application_timeline_steps ON application_timeline (application_id, created_at, id) INCLUDE (to_status);
DROP INDEX IF EXISTS application_timeline_application_id;

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

-- Rows are never changed but to say that they are over: what was is looked up by the ids that events have.
CREATE TABLE IF NOT EXISTS application_contacts (
  id serial PRIMARY KEY,
  application_id integer NOT NULL,
  name varchar(255) NOT NULL,
  role varchar(255),
  email varchar(255),
  phone varchar(40),
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz
);
CREATE INDEX IF NOT EXISTS application_contacts_application_id ON application_contacts (application_id);

CREATE TABLE IF NOT EXISTS next_actions (
  id serial PRIMARY KEY,
  application_id integer NOT NULL,
  what varchar(500) NOT NULL,
  due_at timestamptz NOT NULL,
  remind_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- NextActionDue has been published.
  reminded_at timestamptz,
  -- Done, or another one has taken its place.
  closed_at timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS next_actions_open ON next_actions (application_id) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS next_actions_application_id ON next_actions (application_id);
CREATE INDEX IF NOT EXISTS next_actions_reminders ON next_actions (remind_at)
  WHERE closed_at IS NULL AND reminded_at IS NULL AND remind_at IS NOT NULL;

-- Postings as they were when somebody applied: each version of a posting once, for all who saw that one.
CREATE TABLE IF NOT EXISTS postings (
  job_id integer NOT NULL,
  digest text NOT NULL,
  title varchar(255) NOT NULL,
  company_name varchar(255) NOT NULL,
  location varchar(255),
  job_type varchar(20),
  remote boolean,
  salary_min integer,
  salary_max integer,
  requirements text[] NOT NULL,
  description text,
  PRIMARY KEY (job_id, digest)
);

CREATE TABLE IF NOT EXISTS application_postings (
  application_id integer PRIMARY KEY,
  job_id integer NOT NULL,
  digest text NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now()
);

-- What is in documents that were uploaded here: each version once, however many applications it was sent with.
CREATE TABLE IF NOT EXISTS document_versions (
  file uuid PRIMARY KEY,
  user_id integer NOT NULL,
  kind varchar(20) NOT NULL,
  version integer NOT NULL,
  digest bytea NOT NULL,
  content_type varchar(100) NOT NULL,
  size_bytes integer NOT NULL,
  scan varchar(10) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Of whoever scans it next.
  due_at timestamptz DEFAULT now(),
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (user_id, kind, version),
  UNIQUE (user_id, kind, digest)
);
CREATE INDEX IF NOT EXISTS document_versions_due ON document_versions (due_at) WHERE scan IN ('pending', 'unscanned');
-- The last number of each kind that somebody has used: none is used twice.
CREATE TABLE IF NOT EXISTS document_numbers (
  user_id integer NOT NULL,
  kind varchar(20) NOT NULL,
  last_version integer NOT NULL,
  PRIMARY KEY (user_id, kind)
);
-- Which version a document is. Without one it was never uploaded here.
CREATE TABLE IF NOT EXISTS document_contents (
  document_id integer PRIMARY KEY,
  file uuid NOT NULL,
  -- Since when its row in documents has been found gone: replication may bring it back.
  missing_since timestamptz
);
CREATE INDEX IF NOT EXISTS document_contents_file ON document_contents (file);
-- Every file that may be in the store: its row is there before the file is, and goes after it.
CREATE TABLE IF NOT EXISTS document_files (
  file uuid PRIMARY KEY,
  -- From when on nobody needs it; null while a version has it.
  remove_after timestamptz
);
CREATE INDEX IF NOT EXISTS document_files_remove_after ON document_files (remove_after) WHERE remove_after IS NOT NULL;

-- Whose account is deleted, and what they had here is not gone yet, or may come again by replication.
CREATE TABLE IF NOT EXISTS erasures (
  user_id integer PRIMARY KEY,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  -- What replication does not bring is gone.
  own_erased_at timestamptz,
  -- All is gone, and nothing can bring it back.
  erased_at timestamptz
);

-- What somebody has asked for by the saga create_application, whose records are for ever: what they wrote is here.
CREATE TABLE IF NOT EXISTS submissions (
  id uuid PRIMARY KEY,
  user_id integer NOT NULL,
  job_id integer NOT NULL,
  status varchar(20) NOT NULL,
  cover_letter text,
  source varchar(20),
  source_detail varchar(255),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- The saga has been started: one that was not, since its process has died, is by whoever finds it.
  started_at timestamptz
);
-- How often it was begun anew: after a failure that was nobody's refusal, when it is asked for again.
ALTER TABLE submissions ADD COLUMN IF NOT EXISTS attempt integer NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS submissions_waiting ON submissions (created_at) WHERE started_at IS NULL;

-- How many applications somebody has sent by it, by day (UTC).
CREATE TABLE IF NOT EXISTS submission_days (
  user_id integer NOT NULL,
  day date NOT NULL,
  submitted integer NOT NULL,
  PRIMARY KEY (user_id, day)
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
ALTER TABLE jobs
  ADD COLUMN IF NOT EXISTS location varchar(255),
  ADD COLUMN IF NOT EXISTS job_type varchar(20),
  ADD COLUMN IF NOT EXISTS remote boolean,
  ADD COLUMN IF NOT EXISTS salary_min integer,
  ADD COLUMN IF NOT EXISTS salary_max integer,
  ADD COLUMN IF NOT EXISTS requirements text[],
  ADD COLUMN IF NOT EXISTS description text;

CREATE TABLE IF NOT EXISTS companies (
  id integer PRIMARY KEY,
  name varchar(255) NOT NULL
);
