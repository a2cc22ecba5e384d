'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE terms (
        id SERIAL PRIMARY KEY,
        title VARCHAR(255) NOT NULL,
        begins_on DATE NOT NULL,
        ends_on DATE NOT NULL
      )`);
    await queryInterface.sequelize.query(`
      CREATE TABLE practice_logs (
        id SERIAL PRIMARY KEY,
        term_id INTEGER NOT NULL REFERENCES terms (id),
        member_id UUID NOT NULL REFERENCES members (id),
        minutes INTEGER NOT NULL,
        noted TEXT
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('practice_logs');
    await queryInterface.dropTable('terms');
  },
};
