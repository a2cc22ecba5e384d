exports.up = (pgm) => {
  pgm.sql('CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL)');
};

exports.down = (pgm) => {
  pgm.sql('DROP TABLE users');
};
