-- What the control plane remembers. Tables of routes, fences and evidence belong to the gateway's schema file.
CREATE SCHEMA IF NOT EXISTS control;

CREATE TABLE IF NOT EXISTS control.services (
  service       text PRIMARY KEY,
  stage         text NOT NULL DEFAULT 'monolith',
  share         integer NOT NULL DEFAULT 0 CHECK (share BETWEEN 0 AND 10000),
  target_stage  text NOT NULL DEFAULT 'monolith',
  target_share  integer NOT NULL DEFAULT 0,
  paused        text,
  message       text NOT NULL DEFAULT '',
  since         timestamptz NOT NULL DEFAULT now(),
  failed_steps  integer NOT NULL DEFAULT 0,
  retry_at      timestamptz,
  forced        boolean NOT NULL DEFAULT false
);
-- Why the service goes where it goes, in the words of whoever decided it; kept until the next wish.
ALTER TABLE control.services ADD COLUMN IF NOT EXISTS reason text NOT NULL DEFAULT '';
-- The route table with which the evidence for the present stage and share began: older counts say nothing about it.
ALTER TABLE control.services ADD COLUMN IF NOT EXISTS evidence_version bigint NOT NULL DEFAULT 0;
-- It has retired, or is back at the monolith, and its links may still have something to bring that was committed before.
ALTER TABLE control.services ADD COLUMN IF NOT EXISTS draining boolean NOT NULL DEFAULT false;

-- What was usual before the last step: the monolith's own history is what a service is compared with when no key is
-- left on the monolith. One row for each service.
CREATE TABLE IF NOT EXISTS control.baselines (
  service text PRIMARY KEY,
  body    jsonb NOT NULL
);

-- What a write lock's counter said when its database's present life began, if that was after the lock was installed.
CREATE TABLE IF NOT EXISTS control.refusals (
  service text PRIMARY KEY,
  life    text NOT NULL,
  before  bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS control.steps (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service    text NOT NULL,
  from_what  text NOT NULL,
  to_what    text NOT NULL,
  outcome    text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'done', 'failed')),
  fence_ms   double precision,
  reason     text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at   timestamptz
);
CREATE INDEX IF NOT EXISTS steps_by_service ON control.steps (service, id DESC);

-- One row per link; written by the applier.
CREATE TABLE IF NOT EXISTS control.links (
  link       text PRIMARY KEY,
  service    text NOT NULL,
  status     jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- The applier's incarnation. A fence commits only if it is still the one that reached the barrier.
CREATE TABLE IF NOT EXISTS control.applier (
  id    integer PRIMARY KEY CHECK (id = 1),
  epoch bigint NOT NULL
);
INSERT INTO control.applier (id, epoch) VALUES (1, 0) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS control.verdicts (
  service           text NOT NULL,
  table_name        text NOT NULL,
  rows              bigint NOT NULL,
  missing_in_new    bigint NOT NULL,
  missing_in_legacy bigint NOT NULL,
  inconsistent      bigint NOT NULL,
  sample            jsonb NOT NULL DEFAULT '[]',
  verified_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (service, table_name)
);

CREATE TABLE IF NOT EXISTS control.verifications (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service    text NOT NULL,
  repair     boolean NOT NULL,
  state      text NOT NULL DEFAULT 'queued',
  rows_done  bigint NOT NULL DEFAULT 0,
  rows_total bigint NOT NULL DEFAULT 0,
  repaired   bigint NOT NULL DEFAULT 0,
  tables     jsonb NOT NULL DEFAULT '[]',
  error      text,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- The applier looks for open ones all the time.
CREATE INDEX IF NOT EXISTS verifications_open ON control.verifications (service, id) WHERE state IN ('queued', 'running');
