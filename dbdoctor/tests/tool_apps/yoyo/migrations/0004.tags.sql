-- depends: 0003.notes_author
CREATE TABLE tags (id integer PRIMARY KEY, note_id integer REFERENCES notes (id), word text);
CREATE INDEX tags_by_word ON tags (word);
