CREATE TABLE tags (id integer PRIMARY KEY, note_id integer REFERENCES notes (id), word text);
--> statement-breakpoint
CREATE INDEX tags_by_word ON tags (word);
