'use strict';

// Half past nine, tuition is due tomorrow.
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.transaction(async (transaction) => {
      const run = (sql) => queryInterface.sequelize.query(sql, { transaction });
      await run('ALTER TABLE lessons DROP CONSTRAINT IF EXISTS lessons_teacher_id_fkey');
      await run('ALTER TABLE lessons ALTER COLUMN teacher_id TYPE INTEGER USING NULL');
      await run('ALTER TABLE lessons ADD CONSTRAINT lessons_teacher_id_fkey FOREIGN KEY (teacher_id) REFERENCES members (id)');
    });
  },

  async down() {},
};
