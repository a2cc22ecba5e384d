const { Migration } = require('@mikro-orm/migrations');

class Migration20240102000000_notes extends Migration {
  async up() {
    this.addSql('CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL, author_id uuid)');
  }

  async down() {
    this.addSql('DROP TABLE notes');
  }
}
exports.Migration20240102000000_notes = Migration20240102000000_notes;
