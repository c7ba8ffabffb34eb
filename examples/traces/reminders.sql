CREATE TABLE known (todo text PRIMARY KEY, person text NOT NULL, cohort text);
