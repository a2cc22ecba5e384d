const { Migration } = require('@mikro-orm/migrations');

class Migration20240103000000_notes_author extends Migration {
  async up() {
    this.addSql('ALTER TABLE notes ADD CONSTRAINT notes_author_fk FOREIGN KEY (author_id) REFERENCES users (id)');
  }

  async down() {
    this.addSql('ALTER TABLE notes DROP CONSTRAINT notes_author_fk');
  }
}
exports.Migration20240103000000_notes_author = Migration20240103000000_notes_author;
