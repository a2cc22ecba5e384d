-- migrate:up
CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL, author_id uuid);

-- migrate:down
DROP TABLE notes;
