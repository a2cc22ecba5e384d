'use strict';

module.exports = {
  async up(queryInterface) {
    const run = (sql) => queryInterface.sequelize.query(sql);
    await run('ALTER TABLE lessons ADD COLUMN pupil_id UUID REFERENCES members (id) ON DELETE SET NULL');
    await run('UPDATE lessons SET pupil_id = members.id FROM members WHERE members.email = lessons.pupil_email');
    await run(`
      CREATE TABLE lesson_notes (
        id SERIAL PRIMARY KEY,
        lesson_id BIGINT NOT NULL REFERENCES lessons (id) ON DELETE CASCADE,
        body TEXT NOT NULL
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('lesson_notes');
    await queryInterface.removeColumn('lessons', 'pupil_id');
  },
};
