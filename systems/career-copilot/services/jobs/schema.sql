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
-- What is searched: a row for each open job. The triggers below keep it in the transaction that changes the job or its company, whoever makes that
-- change, a link of replication too. Rows are short, so that those of a common word are counted quickly: `words` is stored beside them where it is long.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE IF NOT EXISTS job_search (
  job_id integer PRIMARY KEY,
  -- Of this file's way to make a row: rows of another one are made anew when this file is run.
  form smallint NOT NULL,
  company_id integer NOT NULL,
  job_type varchar(20) NOT NULL,
  remote boolean NOT NULL,
  location varchar(255),
  place text NOT NULL,
  salary_max integer,
  seniority varchar(10) NOT NULL DEFAULT 'unstated',
  posted_at timestamptz NOT NULL,
  -- On which it was posted, from 1970 on; of one that says it will be, the day on which it came.
  day integer NOT NULL,
  -- Both with two lexemes that no text has: 'day 20000' by its day, so that the latest of many are found without a look at the others, and of one
  -- job in sixteen 'one of 16': what is counted of those is a sample of all.
  title tsvector NOT NULL,
  words tsvector NOT NULL
);
ALTER TABLE job_search ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE job_search ADD COLUMN IF NOT EXISTS seniority varchar(10) NOT NULL DEFAULT 'unstated';
CREATE INDEX IF NOT EXISTS job_search_company ON job_search (company_id);
CREATE INDEX IF NOT EXISTS job_search_location ON job_search (location);
-- What has not been sorted in yet is read by each search: there is little of it at any time.
CREATE INDEX IF NOT EXISTS job_search_title ON job_search USING gin (title) WITH (gin_pending_list_limit = 256);
CREATE INDEX IF NOT EXISTS job_search_words ON job_search USING gin (words) WITH (gin_pending_list_limit = 256);
DROP INDEX IF EXISTS jobs_search, jobs_title_similar;

-- The words of titles, companies and requirements as they are written, to find what a mistyped one was meant to be. Those of jobs that are gone
-- stay; two transactions that bring the same word at once both write it, so that neither waits for the other.
CREATE TABLE IF NOT EXISTS job_search_vocabulary (word text NOT NULL);
CREATE INDEX IF NOT EXISTS job_search_vocabulary_word ON job_search_vocabulary (word);
CREATE INDEX IF NOT EXISTS job_search_vocabulary_similar ON job_search_vocabulary USING gin (word gin_trgm_ops);

-- Indexes elsewhere that are kept as job_search is: each has had all jobs once it has had the change `whole_at`. While there is one, what changes is
-- noted, for each job in the order of its changes, until it has arrived. To have all made anew: UPDATE job_search_indexes SET form = ''.
CREATE TABLE IF NOT EXISTS job_search_indexes (name text PRIMARY KEY, form text NOT NULL, whole_at bigint NOT NULL);
CREATE TABLE IF NOT EXISTS job_search_changes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id integer NOT NULL);

-- Where the places are that jobs name, by the text that names them (places/README.md): few texts are those of many jobs. A text that has been read
-- and has no point names no place that is known.
CREATE TABLE IF NOT EXISTS job_locations (location varchar(255) PRIMARY KEY, gazetteer text NOT NULL);
CREATE TABLE IF NOT EXISTS job_location_points (
  location varchar(255) NOT NULL REFERENCES job_locations (location) ON DELETE CASCADE,
  -- In degrees.
  latitude double precision NOT NULL,
  longitude double precision NOT NULL,
  PRIMARY KEY (location, latitude, longitude)
);
CREATE INDEX IF NOT EXISTS job_location_points_place ON job_location_points (latitude, longitude);
-- Texts that are to be read; two transactions that bring the same one at once both write it, so that neither waits for the other.
CREATE TABLE IF NOT EXISTS job_locations_unread (location varchar(255) NOT NULL);
CREATE INDEX IF NOT EXISTS job_locations_unread_location ON job_locations_unread (location);
INSERT INTO job_locations_unread (location)
  SELECT DISTINCT location FROM job_search WHERE location <> '' AND NOT EXISTS (SELECT FROM job_locations AS known WHERE known.location = job_search.location);

-- Along the great circle, on a sphere of the earth's mean radius.
CREATE OR REPLACE FUNCTION km_between(lat1 double precision, lng1 double precision, lat2 double precision, lng2 double precision)
  RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 2 * 6371.0088 * asin(least(1, sqrt(sind((lat2 - lat1) / 2) ^ 2 + cosd(lat1) * cosd(lat2) * sind((lng2 - lng1) / 2) ^ 2)))
$$;

-- Those that are written like another one, and some more: what they have in common is looked at by search/typos.ts.
CREATE OR REPLACE FUNCTION job_search_vocabulary_like(asked text) RETURNS SETOF text LANGUAGE sql STABLE
  SET pg_trgm.similarity_threshold = 0.15 AS $$
  SELECT DISTINCT word FROM job_search_vocabulary WHERE word % asked AND length(word) BETWEEN length(asked) - 2 AND length(asked) + 2
$$;

-- Names that the parser would cut to a letter, as words of their own; search/words.ts does the same to what is looked for.
CREATE OR REPLACE FUNCTION job_search_text(text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN text ~* '[+]{2}|#|[.]net' THEN
    regexp_replace(regexp_replace(regexp_replace(text, '\mc[+][+]', ' cplusplus ', 'gi'), '\m([cf])#', ' \1sharp ', 'gi'), '(^|\s)[.]net\M', ' dotnet ', 'gi')
  ELSE text END
$$;

-- How far somebody has come who is looked for, by the rules of search/README.md: what the title names, else the kind of job, else the years and the words of
-- the description. matching/traits.ts reads the titles of people by the same words.
CREATE OR REPLACE FUNCTION job_seniority(title text, job_type text, description text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  -- In lower case, without accents.
  plain text := lower(regexp_replace(normalize(title, NFKD), '[\u0300-\u036f]', '', 'g'));
  years integer;
BEGIN
  IF plain ~ '(?<![a-z0-9_])(chief|head|director|vp|vice president|c[teiof]o|leiter(in)?)(?![a-z0-9_])' THEN RETURN 'head'; END IF;
  IF plain ~ '(?<![a-z0-9_])(lead|principal|staff|teamleiter(in)?)(?![a-z0-9_])' THEN RETURN 'lead'; END IF;
  IF plain ~ '(?<![a-z0-9_])(senior|sr|expert)(?![a-z0-9_])' THEN RETURN 'senior'; END IF;
  IF plain ~ '(?<![a-z0-9_])(intern(ship)?|trainee|apprentice|werkstudent(in)?|praktikant(in)?|auszubildende[rn]?|azubi)(?![a-z0-9_])' THEN RETURN 'trainee'; END IF;
  IF plain ~ '(?<![a-z0-9_])(junior|jr|graduate|entry level)(?![a-z0-9_])' THEN RETURN 'junior'; END IF;
  IF plain ~ '(?<![a-z0-9_])(mid|intermediate|medior)(?![a-z0-9_])' THEN RETURN 'mid-level'; END IF;
  IF job_type = 'internship' THEN RETURN 'trainee'; END IF;
  SELECT max(asked[1]::integer) INTO years
    FROM regexp_matches(description, '(?<![\d.,])(\d{1,2})\s*\+?\s*(?:(?:-|–|to|bis)\s*\d{1,2}\s*\+?\s*)?(?:years?|yrs?|jahren?|jahre)\M(?=[^.;\n]{0,40}(?:experience|erfahrung))', 'gi') AS asked
    WHERE asked[1]::integer <= 15;
  IF years IS NOT NULL THEN RETURN CASE WHEN years >= 5 THEN 'senior' WHEN years >= 2 THEN 'mid-level' ELSE 'junior' END; END IF;
  IF description ~* '\m(entry[ -]level|career (starter|changer)s?|no (prior |previous )?experience (is )?(needed|required|necessary)|berufseinsteiger(in|innen)?|quereinsteiger(in|innen)?)\M' THEN RETURN 'junior'; END IF;
  RETURN 'unstated';
END $$;

-- Makes the rows of these jobs what they have to be, or nothing of those that are not open.
CREATE OR REPLACE FUNCTION put_job_search(ids integer[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM job_search WHERE job_id = ANY (ids) AND NOT EXISTS (SELECT FROM jobs WHERE id = job_id AND is_active);
  -- Whoever renames one of these companies at this moment does so before, or sees the jobs.
  PERFORM FROM companies WHERE id IN (SELECT company_id FROM jobs WHERE id = ANY (ids)) FOR SHARE;
  INSERT INTO job_search (job_id, form, company_id, job_type, remote, location, place, salary_max, seniority, posted_at, day, title, words)
    SELECT id, 2, company_id, job_type, remote, location, lower(coalesce(location, '')), salary_max,
      job_seniority(job.title, job_type, description), posted_at, day, title.words || marks.words,
      marks.words || setweight(title.words, 'A')
      || setweight(to_tsvector('english', job_search_text(concat_ws(' ', company, array_to_string(requirements, ', ')))), 'B')
      || setweight(to_tsvector('english', concat_ws(' ', location, CASE WHEN remote THEN 'remote' END)), 'C')
      || setweight(to_tsvector('english', job_search_text(description)), 'D')
    FROM (SELECT jobs.*, companies.name AS company FROM jobs LEFT JOIN companies ON companies.id = company_id
          WHERE jobs.id = ANY (ids) AND is_active) AS job,
      LATERAL (SELECT to_tsvector('english', job_search_text(job.title))) AS title (words),
      LATERAL (SELECT floor(extract(epoch FROM least(posted_at, now())) / 86400)::int) AS posted (day),
      LATERAL (SELECT array_to_tsvector(ARRAY['day ' || day] || CASE WHEN hashint4(id) & 15 = 0 THEN ARRAY['one of 16'] ELSE '{}' END)) AS marks (words)
  ON CONFLICT (job_id) DO UPDATE SET form = excluded.form, company_id = excluded.company_id, job_type = excluded.job_type,
    remote = excluded.remote, location = excluded.location, place = excluded.place, salary_max = excluded.salary_max,
    seniority = excluded.seniority, posted_at = excluded.posted_at, day = excluded.day, title = excluded.title, words = excluded.words;
  INSERT INTO job_search_vocabulary (word)
    SELECT DISTINCT word FROM jobs LEFT JOIN companies ON companies.id = company_id,
      regexp_split_to_table(lower(concat_ws(' ', title, companies.name, array_to_string(requirements, ' '))), '[^[:alnum:]]+') AS word
    WHERE jobs.id = ANY (ids) AND is_active AND length(word) > 2 AND NOT EXISTS (SELECT FROM job_search_vocabulary AS known WHERE known.word = word);
  INSERT INTO job_locations_unread (location)
    SELECT DISTINCT location FROM jobs
    WHERE id = ANY (ids) AND is_active AND location <> '' AND NOT EXISTS (SELECT FROM job_locations AS known WHERE known.location = jobs.location);
  IF EXISTS (SELECT FROM job_search_indexes) THEN
    INSERT INTO job_search_changes (job_id) SELECT * FROM unnest(ids);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION jobs_into_search() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM put_job_search(ARRAY(SELECT id FROM after));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM put_job_search(ARRAY(SELECT id FROM before));
  ELSE
    PERFORM put_job_search(ARRAY(
      SELECT id FROM (TABLE before EXCEPT TABLE after) AS changed UNION SELECT id FROM (TABLE after EXCEPT TABLE before) AS changed));
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION companies_into_search() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM put_job_search(ARRAY(SELECT id FROM jobs WHERE company_id IN (SELECT id FROM after)));
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER search_inserted AFTER INSERT ON jobs
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION jobs_into_search();
CREATE OR REPLACE TRIGGER search_updated AFTER UPDATE ON jobs
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION jobs_into_search();
CREATE OR REPLACE TRIGGER search_deleted AFTER DELETE ON jobs
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION jobs_into_search();
CREATE OR REPLACE TRIGGER search_inserted AFTER INSERT ON companies
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION companies_into_search();
CREATE OR REPLACE TRIGGER search_updated AFTER UPDATE ON companies
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION companies_into_search();
-- For a link too, which may have another role than the service's: the functions have the service's rights, and find its tables only.
ALTER TABLE jobs ENABLE ALWAYS TRIGGER search_inserted, ENABLE ALWAYS TRIGGER search_updated, ENABLE ALWAYS TRIGGER search_deleted;
ALTER TABLE companies ENABLE ALWAYS TRIGGER search_inserted, ENABLE ALWAYS TRIGGER search_updated;
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION jobs_into_search() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION companies_into_search() SET search_path = %I, pg_temp', current_schema());
END $$;
SELECT put_job_search(ARRAY(
  SELECT id FROM jobs WHERE is_active AND NOT EXISTS (SELECT FROM job_search WHERE job_id = id AND form = 2)));

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
-- Not in an answer that has too few to be believed at once, and left open.
ALTER TABLE job_source_runs ADD COLUMN IF NOT EXISTS doubted integer NOT NULL DEFAULT 0;
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
