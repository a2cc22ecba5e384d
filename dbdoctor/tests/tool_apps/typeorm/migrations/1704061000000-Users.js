module.exports = class Users1704061000000 {
  name = 'Users1704061000000';

  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL)');
  }

  async down(queryRunner) {
    await queryRunner.query('DROP TABLE users');
  }
};
