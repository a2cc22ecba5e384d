exports.up = (pgm) => {
  pgm.sql('CREATE TABLE tags (id integer PRIMARY KEY, note_id integer REFERENCES notes (id), word text)');
  pgm.sql('CREATE INDEX tags_by_word ON tags (word)');
};

exports.down = (pgm) => {
  pgm.sql('DROP TABLE tags');
};
