module.exports = class Notes1704062000000 {
  name = 'Notes1704062000000';

  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL, author_id uuid)');
  }

  async down(queryRunner) {
    await queryRunner.query('DROP TABLE notes');
  }
};
