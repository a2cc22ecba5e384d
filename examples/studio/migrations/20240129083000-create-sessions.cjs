'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('sessions', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      trainerId: { type: Sequelize.UUID, references: { model: 'users', key: 'id' }, onDelete: 'SET NULL' },
      sessionDate: { type: Sequelize.DATE, allowNull: false },
      duration: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 60 },
      status: {
        type: Sequelize.ENUM('available', 'scheduled', 'confirmed', 'completed', 'cancelled'),
        allowNull: false,
        defaultValue: 'available',
      },
      notes: { type: Sequelize.TEXT },
      cancelledBy: { type: Sequelize.UUID },
      cancellationReason: { type: Sequelize.TEXT },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('sessions');
  },
};
