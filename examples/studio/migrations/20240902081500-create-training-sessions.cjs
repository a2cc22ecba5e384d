'use strict';

// The booking rewrite wants sessions in this shape. createTable leaves a table alone that is there.
module.exports = {
  async up(queryInterface, Sequelize) {
    const person = {
      type: Sequelize.INTEGER,
      allowNull: true,
      references: { model: 'users', key: 'id' },
      onUpdate: 'CASCADE',
      onDelete: 'SET NULL',
    };
    await queryInterface.createTable('sessions', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      userId: person,
      trainerId: person,
      sessionDate: { type: Sequelize.DATE, allowNull: false },
      duration: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 60 },
      status: {
        type: Sequelize.ENUM('available', 'scheduled', 'confirmed', 'completed', 'cancelled'),
        allowNull: false,
        defaultValue: 'available',
      },
      notes: { type: Sequelize.TEXT },
      cancelledBy: person,
      cancellationReason: { type: Sequelize.TEXT },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down() {},
};
