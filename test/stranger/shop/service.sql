CREATE TABLE comments (id bigserial PRIMARY KEY, article text NOT NULL, author text NOT NULL, body text NOT NULL);
