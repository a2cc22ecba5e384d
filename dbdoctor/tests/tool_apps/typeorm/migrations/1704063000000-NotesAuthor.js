module.exports = class NotesAuthor1704063000000 {
  name = 'NotesAuthor1704063000000';

  async up(queryRunner) {
    await queryRunner.query('ALTER TABLE notes ADD CONSTRAINT notes_author_fk FOREIGN KEY (author_id) REFERENCES users (id)');
  }

  async down(queryRunner) {
    await queryRunner.query('ALTER TABLE notes DROP CONSTRAINT notes_author_fk');
  }
};
