'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('lessons', {
      id: { type: Sequelize.BIGINT, primaryKey: true, autoIncrement: true },
      teacher_id: { type: Sequelize.INTEGER, allowNull: true },
      pupil_email: { type: Sequelize.STRING },
      starts_at: { type: Sequelize.DATE, allowNull: false },
      minutes: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 30 },
      state: { type: Sequelize.ENUM('planned', 'held', 'called_off'), allowNull: false, defaultValue: 'planned' },
      cancelled_by: { type: Sequelize.INTEGER, allowNull: true },
      created_at: { type: Sequelize.DATE, allowNull: false },
      updated_at: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('lessons');
  },
};
