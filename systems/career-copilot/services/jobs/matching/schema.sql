-- What matching knows: of postings, of people who want to be told, and of what they made of it. No part of it was ever the monolith's.

-- What of a posting's words counts. `changes` other than `read_changes`: its words are to be read (again), if it is open.
CREATE TABLE IF NOT EXISTS job_traits (
  job_id integer PRIMARY KEY,
  changes bigint NOT NULL DEFAULT 1,
  read_changes bigint NOT NULL DEFAULT 0,
  -- By which taxonomy they were read, null if they never were; another one reads them again.
  taxonomy text,
  skills text[] NOT NULL DEFAULT '{}',
  title_words text[] NOT NULL DEFAULT '{}',
  -- The last transaction that changed the posting or what is known of it: whoever follows asks what came since.
  changed_in xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX IF NOT EXISTS job_traits_unread ON job_traits (job_id) WHERE changes <> read_changes;
CREATE INDEX IF NOT EXISTS job_traits_changed_in ON job_traits (changed_in, job_id);
DROP INDEX IF EXISTS job_traits_changed;
ALTER TABLE job_traits DROP COLUMN IF EXISTS seniority;

-- Once for each statement that changes jobs, also those by which replication brings rows, hence ALWAYS; a link may have another role than the service's,
-- hence the functions have the service's rights, and find its tables only.
CREATE OR REPLACE FUNCTION note_jobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO job_traits (job_id) SELECT id FROM changed ORDER BY id
    ON CONFLICT (job_id) DO UPDATE SET changes = job_traits.changes + 1, changed_in = pg_current_xact_id();
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER note_inserted_jobs AFTER INSERT ON jobs
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_jobs();
CREATE OR REPLACE TRIGGER note_updated_jobs AFTER UPDATE ON jobs
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_jobs();
CREATE OR REPLACE TRIGGER note_deleted_jobs AFTER DELETE ON jobs
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_jobs();
CREATE OR REPLACE FUNCTION note_all_jobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE job_traits SET changes = changes + 1, changed_in = pg_current_xact_id();
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER note_truncated_jobs AFTER TRUNCATE ON jobs
  FOR EACH STATEMENT EXECUTE FUNCTION note_all_jobs();
ALTER TABLE jobs ENABLE ALWAYS TRIGGER note_inserted_jobs;
ALTER TABLE jobs ENABLE ALWAYS TRIGGER note_updated_jobs;
ALTER TABLE jobs ENABLE ALWAYS TRIGGER note_deleted_jobs;
ALTER TABLE jobs ENABLE ALWAYS TRIGGER note_truncated_jobs;
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION note_jobs() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION note_all_jobs() SET search_path = %I, pg_temp', current_schema());
END $$;
-- Jobs that were there before the triggers.
INSERT INTO job_traits (job_id) SELECT id FROM jobs ORDER BY id ON CONFLICT DO NOTHING;

-- Who wants to be told of jobs that fit, and what is known of them: what they say here, and their profile as it was last seen.
CREATE TABLE IF NOT EXISTS match_settings (
  user_id integer PRIMARY KEY,
  notify boolean NOT NULL,
  threshold smallint NOT NULL,
  titles text[] NOT NULL,
  places text[] NOT NULL,
  remote text,
  least_salary integer,
  -- Of the profile.
  skills text[] NOT NULL DEFAULT '{}',
  headline text,
  location text,
  -- By these somebody is found for a posting: keys of skills.
  skill_keys text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS match_settings_skills ON match_settings USING gin (skill_keys) WHERE notify;

-- Of a posting that was found for somebody: what they were told, and what they made of it.
CREATE TABLE IF NOT EXISTS job_matches (
  user_id integer NOT NULL,
  job_id integer NOT NULL,
  score smallint NOT NULL,
  -- How well each part fitted when it was shown or told, in the order of PARTS.
  fit real[] NOT NULL,
  shown_at timestamptz,
  -- Found by the saga that told of it, or is about to.
  found_by text,
  told_at timestamptz,
  outcome text CHECK (outcome IN ('accepted', 'rejected')),
  outcome_at timestamptz,
  PRIMARY KEY (user_id, job_id)
);
CREATE INDEX IF NOT EXISTS job_matches_job ON job_matches (job_id) WHERE found_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS job_matches_outcome ON job_matches (outcome_at) WHERE outcome IS NOT NULL;

-- Jobs that were posted, by the event that told of it, until the saga that tells people of them has begun.
CREATE TABLE IF NOT EXISTS jobs_to_match (
  event_id text PRIMARY KEY,
  job_id integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

-- Weights that were learned, with what they were measured by. The latest that is used counts; without one the fixed ones do.
CREATE TABLE IF NOT EXISTS match_weights (
  id serial PRIMARY KEY,
  weights jsonb NOT NULL,
  measured jsonb NOT NULL,
  used boolean NOT NULL,
  learned_at timestamptz NOT NULL DEFAULT now()
);
