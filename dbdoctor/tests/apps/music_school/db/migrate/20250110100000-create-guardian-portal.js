'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.transaction(async (transaction) => {
      const run = (sql) => queryInterface.sequelize.query(sql, { transaction });
      await run(`
        CREATE TABLE guardians (
          id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
          full_name VARCHAR(255) NOT NULL,
          email VARCHAR(255) NOT NULL UNIQUE
        )`);
      await run(`
        CREATE TABLE guardian_links (
          guardian_id UUID NOT NULL REFERENCES guardians (id) ON DELETE CASCADE,
          pupil_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
          PRIMARY KEY (guardian_id, pupil_id)
        )`);
      await run(`
        CREATE TABLE guardian_messages (
          id BIGSERIAL PRIMARY KEY,
          guardian_id UUID NOT NULL REFERENCES guardians (id) ON DELETE CASCADE,
          recital_id INTEGER REFERENCES recitals (id) ON DELETE SET NULL,
          lesson_id BIGINT REFERENCES lessons (id) ON DELETE SET NULL,
          body TEXT NOT NULL
        )`);
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('guardian_messages');
    await queryInterface.dropTable('guardian_links');
    await queryInterface.dropTable('guardians');
  },
};
