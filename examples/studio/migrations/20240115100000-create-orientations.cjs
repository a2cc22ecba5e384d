'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('orientations', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      // Filled once the person has signed up. No key: people come here before they have an account.
      userId: { type: Sequelize.UUID, allowNull: true },
      fullName: { type: Sequelize.STRING, allowNull: false },
      email: { type: Sequelize.STRING, allowNull: false },
      trainingGoals: { type: Sequelize.TEXT },
      status: { type: Sequelize.STRING, allowNull: false, defaultValue: 'new' },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('orientations');
  },
};
