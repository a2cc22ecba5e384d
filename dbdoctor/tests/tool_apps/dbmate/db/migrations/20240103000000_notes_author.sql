-- migrate:up
ALTER TABLE notes ADD CONSTRAINT notes_author_fk FOREIGN KEY (author_id) REFERENCES users (id);

-- migrate:down
ALTER TABLE notes DROP CONSTRAINT notes_author_fk;
