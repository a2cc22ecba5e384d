'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE IF NOT EXISTS exam_entries (
        id SERIAL,
        member_id INTEGER NOT NULL,
        grade SMALLINT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT exam_entries_member_fk FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE CASCADE
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('exam_entries');
  },
};
