ALTER TABLE notes DROP CONSTRAINT notes_author_fk;
