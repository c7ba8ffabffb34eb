-- Live instances of services. A lease that is over by this server's clock is as good as none.
CREATE SCHEMA IF NOT EXISTS banyan_discovery;

CREATE TABLE IF NOT EXISTS banyan_discovery.instances (
  id         text PRIMARY KEY,
  service    text NOT NULL,
  url        text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS instances_by_service ON banyan_discovery.instances (service, expires_at);
