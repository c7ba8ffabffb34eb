-- Owned by others; here to be read. What people are told is in the tables of @banyan/notifications.
CREATE TABLE IF NOT EXISTS users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  status text NOT NULL
);

-- Sessions that begin are told of by the monolith's name, session_in_progress: what people and administrators have chosen under the former one stays chosen.
DO $$
BEGIN
  IF to_regclass('preferences') IS NOT NULL THEN
    UPDATE preferences SET chosen = jsonb_build_object('session_in_progress', chosen -> 'session_started') || (chosen - 'session_started')
    WHERE chosen ? 'session_started';
    UPDATE template_versions AS formerly SET kind = 'session_in_progress' WHERE kind = 'session_started'
      AND NOT EXISTS (SELECT FROM template_versions AS t WHERE t.kind = 'session_in_progress' AND t.locale = formerly.locale);
    UPDATE deliveries SET kind = 'session_in_progress' WHERE kind = 'session_started' AND state IN ('queued', 'sending');
  END IF;
END
$$;
