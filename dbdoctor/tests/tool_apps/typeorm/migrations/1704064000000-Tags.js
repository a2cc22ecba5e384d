module.exports = class Tags1704064000000 {
  name = 'Tags1704064000000';

  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE tags (id integer PRIMARY KEY, note_id integer REFERENCES notes (id), word text)');
    await queryRunner.query('CREATE INDEX tags_by_word ON tags (word)');
  }

  async down(queryRunner) {
    await queryRunner.query('DROP TABLE tags');
  }
};
