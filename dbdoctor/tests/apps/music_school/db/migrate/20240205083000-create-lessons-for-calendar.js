'use strict';

// The calendar reads lessons by pupil and day.
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize
      .query(`CREATE TYPE "enum_lessons_state" AS ENUM ('planned', 'held', 'called_off')`)
      .catch((error) => console.log(error.message));

    await queryInterface.createTable('lessons', {
      id: { type: Sequelize.BIGINT, primaryKey: true, autoIncrement: true },
      pupil_id: { type: Sequelize.INTEGER, references: { model: 'members', key: 'id' }, onDelete: 'SET NULL' },
      teacher_id: { type: Sequelize.INTEGER, references: { model: 'members', key: 'id' }, onDelete: 'SET NULL' },
      starts_at: { type: Sequelize.DATE, allowNull: false },
      minutes: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 30 },
      state: { type: '"enum_lessons_state"', allowNull: false, defaultValue: 'planned' },
      created_at: { type: Sequelize.DATE, allowNull: false },
      updated_at: { type: Sequelize.DATE, allowNull: false },
    });
    await queryInterface.sequelize.query('CREATE INDEX lessons_pupil_day ON lessons (pupil_id, starts_at)');
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('lessons', 'lessons_pupil_day');
  },
};
