const { Migration } = require('@mikro-orm/migrations');

class Migration20240101000000_users extends Migration {
  async up() {
    this.addSql('CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL)');
  }

  async down() {
    this.addSql('DROP TABLE users');
  }
}
exports.Migration20240101000000_users = Migration20240101000000_users;
