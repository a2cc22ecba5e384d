'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('attendance', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      lesson_id: { type: Sequelize.INTEGER, allowNull: false, references: { model: 'lessons', key: 'id' }, onDelete: 'CASCADE' },
      member_id: { type: Sequelize.UUID, allowNull: false, references: { model: 'Members', key: 'id' }, onDelete: 'CASCADE' },
      present: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('attendance');
  },
};
