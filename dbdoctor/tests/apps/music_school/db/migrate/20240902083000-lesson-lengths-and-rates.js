'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE lessons ADD CONSTRAINT lessons_minutes_positive CHECK (minutes > 0)');
    await queryInterface.sequelize.query(`
      CREATE TABLE tuition_rates (
        id SERIAL PRIMARY KEY,
        minutes INTEGER NOT NULL UNIQUE CHECK (minutes > 0),
        cents INTEGER NOT NULL
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('tuition_rates');
    await queryInterface.removeConstraint('lessons', 'lessons_minutes_positive');
  },
};
