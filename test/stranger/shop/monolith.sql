CREATE TABLE articles (slug text PRIMARY KEY, author text NOT NULL);
CREATE TABLE comments (
  id bigserial PRIMARY KEY,
  article text NOT NULL REFERENCES articles ON DELETE CASCADE,
  author text NOT NULL,
  body text NOT NULL
);
CREATE INDEX ON comments (article);
INSERT INTO articles SELECT 'old-' || n, 'user' || n % 24 FROM generate_series(1, 200) n;
INSERT INTO comments (article, author, body)
  SELECT 'old-' || 1 + n % 200, 'user' || n % 24, 'comment ' || n FROM generate_series(1, 2000) n;
