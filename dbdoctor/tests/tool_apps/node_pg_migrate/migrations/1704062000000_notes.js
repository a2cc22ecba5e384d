exports.up = (pgm) => {
  pgm.sql('CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL, author_id uuid)');
};

exports.down = (pgm) => {
  pgm.sql('DROP TABLE notes');
};
