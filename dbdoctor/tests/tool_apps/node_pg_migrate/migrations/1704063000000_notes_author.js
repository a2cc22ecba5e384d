exports.up = (pgm) => {
  pgm.sql('ALTER TABLE notes ADD CONSTRAINT notes_author_fk FOREIGN KEY (author_id) REFERENCES users (id)');
};

exports.down = (pgm) => {
  pgm.sql('ALTER TABLE notes DROP CONSTRAINT notes_author_fk');
};
