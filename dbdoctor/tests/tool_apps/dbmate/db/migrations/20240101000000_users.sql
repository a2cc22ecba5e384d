-- migrate:up
CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);

-- migrate:down
DROP TABLE users;
