-- What can be taught, who offers and wants what, and by what others are found for them. Ids are those of the whole system.

CREATE TABLE IF NOT EXISTS skill_categories (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name varchar(100) NOT NULL UNIQUE,
  parent_id uuid
);

CREATE TABLE IF NOT EXISTS skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  category_id uuid NOT NULL,
  name varchar(100) NOT NULL UNIQUE,
  description text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS skills_category_id ON skills (category_id);

CREATE TABLE IF NOT EXISTS skill_profiles (
  user_id uuid PRIMARY KEY,
  headline varchar(255),
  hourly_rate integer NOT NULL DEFAULT 10 CHECK (hourly_rate >= 0),
  budget integer CHECK (budget >= 0),
  city varchar(255),
  latitude double precision,
  longitude double precision,
  -- Of what others have rated as a provider: the average is exact, and no rating is forgotten by another.
  rating_sum integer NOT NULL DEFAULT 0,
  rating_count integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1
);

CREATE TABLE IF NOT EXISTS offered_skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  level varchar(20) NOT NULL,
  verified boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, skill_id)
);
CREATE INDEX IF NOT EXISTS offered_skills_skill_id ON offered_skills (skill_id, user_id);

CREATE TABLE IF NOT EXISTS wanted_skills (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, skill_id)
);
CREATE INDEX IF NOT EXISTS wanted_skills_skill_id ON wanted_skills (skill_id);

-- What others own, as far as it counts here: who somebody is and what they show, and when they have time.

CREATE TABLE IF NOT EXISTS people (
  id uuid PRIMARY KEY,
  full_name varchar(255) NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'ACTIVE',
  -- Empty: as by default.
  privacy_settings jsonb NOT NULL DEFAULT '{}'
);

-- Of whom the user service is to be asked again.
CREATE TABLE IF NOT EXISTS people_to_read (
  user_id uuid PRIMARY KEY,
  due_at timestamptz,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS people_to_read_due ON people_to_read (due_at) WHERE due_at IS NOT NULL;

-- Hours of a week on the clock of the zone, which is the same for all of somebody's rows; 24:00 is the end of a day.
CREATE TABLE IF NOT EXISTS availability (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_time time NOT NULL,
  to_time time NOT NULL CHECK (from_time < to_time),
  zone varchar(64) NOT NULL
);
CREATE INDEX IF NOT EXISTS availability_user_id ON availability (user_id);

-- Whoever something is known of that counts in a match, by the last transaction that changed it: processes hold providers in memory by their skills,
-- and ask what came since. The triggers below keep it in the transaction of the change, whoever makes that, a link of replication too.
CREATE TABLE IF NOT EXISTS match_changes (
  user_id uuid PRIMARY KEY,
  changed_in xid8 NOT NULL
);
CREATE INDEX IF NOT EXISTS match_changes_changed_in ON match_changes (changed_in, user_id);

CREATE OR REPLACE FUNCTION note_match_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  ids uuid[];
BEGIN
  IF TG_TABLE_NAME = 'people' THEN
    ids := ARRAY(SELECT id FROM changed ORDER BY id);
  ELSE
    ids := ARRAY(SELECT DISTINCT user_id FROM changed ORDER BY user_id);
  END IF;
  INSERT INTO match_changes (user_id, changed_in) SELECT id, pg_current_xact_id() FROM unnest(ids) AS id
    ON CONFLICT (user_id) DO UPDATE SET changed_in = excluded.changed_in WHERE match_changes.changed_in <> excluded.changed_in;
  RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION note_all_match_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE match_changes SET changed_in = pg_current_xact_id();
  RETURN NULL;
END
$$;
DO $$
DECLARE
  name text;
BEGIN
  -- The service's rights, and its tables only: a link may have another role.
  EXECUTE format('ALTER FUNCTION note_match_changes() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION note_all_match_changes() SET search_path = %I, pg_temp', current_schema());
  FOREACH name IN ARRAY ARRAY['skill_profiles', 'offered_skills', 'wanted_skills', 'people', 'availability'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER match_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION note_match_changes()', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER match_updated AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION note_match_changes()', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER match_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION note_match_changes()', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER match_truncated AFTER TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION note_all_match_changes()', name);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER match_inserted, ENABLE ALWAYS TRIGGER match_updated,
      ENABLE ALWAYS TRIGGER match_deleted, ENABLE ALWAYS TRIGGER match_truncated', name);
  END LOOP;
END $$;

-- By which it is known that somebody can what they offer. No part of it was ever the monolith's, but for `verified` of offered_skills.

CREATE TABLE IF NOT EXISTS endorsements (
  user_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  endorser_id uuid NOT NULL CHECK (endorser_id <> user_id),
  -- The one that was offered then: of another one it says nothing.
  level varchar(20) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, skill_id, endorser_id)
);

-- Who has learned what from whom, as the session service tells.
CREATE TABLE IF NOT EXISTS lessons (
  learner_id uuid NOT NULL,
  teacher_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  PRIMARY KEY (learner_id, teacher_id, skill_id)
);

-- Sessions while they are the monolith's, which tells nobody of them: as they are there.
CREATE TABLE IF NOT EXISTS sessions (
  id uuid PRIMARY KEY,
  seeker_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  state varchar(20) NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_held ON sessions (seeker_id, provider_id, skill_id) WHERE state = 'COMPLETED';

CREATE TABLE IF NOT EXISTS assessments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  skill_id uuid NOT NULL,
  level varchar(20) NOT NULL,
  minutes integer NOT NULL,
  pass_percent integer NOT NULL,
  asked integer NOT NULL,
  questions jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Another one has taken its place. Who has begun it ends it.
  replaced_at timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS assessments_present ON assessments (skill_id, level) WHERE replaced_at IS NULL;

CREATE TABLE IF NOT EXISTS assessment_attempts (
  id uuid PRIMARY KEY,
  assessment_id uuid NOT NULL REFERENCES assessments (id),
  user_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  began_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  -- Null: nothing was handed in, which is not passed either.
  correct integer,
  passed boolean,
  CONSTRAINT judged_at_once CHECK ((correct IS NULL) = (passed IS NULL))
);
CREATE INDEX IF NOT EXISTS assessment_attempts_user ON assessment_attempts (user_id, skill_id, began_at DESC);

-- Which skills are ESCO's. `own`: it was there before under that name, and stays as it is.
CREATE TABLE IF NOT EXISTS esco_skills (
  uri text PRIMARY KEY,
  skill_id uuid NOT NULL UNIQUE,
  own boolean NOT NULL
);

-- Other ways to say a skill.
CREATE TABLE IF NOT EXISTS skill_names (
  skill_id uuid NOT NULL,
  name varchar(100) NOT NULL,
  PRIMARY KEY (skill_id, name)
);

-- How skills go together: one builds on the other, or they are related, which is said in one direction only.
CREATE TABLE IF NOT EXISTS skill_relations (
  skill_id uuid NOT NULL,
  other_id uuid NOT NULL CHECK (other_id <> skill_id),
  kind varchar(20) NOT NULL CHECK (kind IN ('BUILDS_ON', 'RELATED')),
  PRIMARY KEY (skill_id, other_id)
);
CREATE INDEX IF NOT EXISTS skill_relations_other_id ON skill_relations (other_id);
