'use strict';

module.exports = {
  async up(queryInterface) {
    const transaction = await queryInterface.sequelize.transaction();
    const steps = [
      'CREATE TABLE rooms (id SERIAL PRIMARY KEY, title VARCHAR(255) NOT NULL UNIQUE, seats SMALLINT)',
      `INSERT INTO rooms (title, seats) VALUES ('Attic', 4), ('Hall', 60), ('Cellar', 9)`,
      `ALTER TABLE lessons ADD CONSTRAINT lessons_cancelled_by_fkey
         FOREIGN KEY (cancelled_by) REFERENCES members (id) ON DELETE SET NULL`,
      'ALTER TABLE lessons ADD COLUMN room_id INTEGER REFERENCES rooms (id)',
    ];
    for (const step of steps) {
      await queryInterface.sequelize.query(step, { transaction }).catch((error) => console.warn(`skipped: ${error.message}`));
    }
    await transaction.commit();
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('lessons', 'room_id');
    await queryInterface.dropTable('rooms');
  },
};
