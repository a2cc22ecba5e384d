const { Migration } = require('@mikro-orm/migrations');

class Migration20240104000000_tags extends Migration {
  async up() {
    this.addSql('CREATE TABLE tags (id integer PRIMARY KEY, note_id integer REFERENCES notes (id), word text)');
    this.addSql('CREATE INDEX tags_by_word ON tags (word)');
  }

  async down() {
    this.addSql('DROP TABLE tags');
  }
}
exports.Migration20240104000000_tags = Migration20240104000000_tags;
