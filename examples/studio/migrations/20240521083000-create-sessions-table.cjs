'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    // The type survives a dropped table, and then the next deploy stumbles over it.
    try {
      await queryInterface.sequelize.query(
        `CREATE TYPE "enum_sessions_status" AS ENUM ('available', 'scheduled', 'confirmed', 'completed', 'cancelled')`,
      );
    } catch (error) {
      console.log(`enum_sessions_status: ${error.message}`);
    }

    await queryInterface.createTable('sessions', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      userId: {
        type: Sequelize.UUID,
        allowNull: true,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'SET NULL',
        comment: 'The client who booked; empty while the hour is free',
      },
      trainerId: {
        type: Sequelize.INTEGER,
        allowNull: true,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'SET NULL',
      },
      sessionDate: { type: Sequelize.DATE, allowNull: false },
      duration: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 60 },
      status: {
        type: Sequelize.ENUM('available', 'scheduled', 'confirmed', 'completed', 'cancelled'),
        allowNull: false,
        defaultValue: 'available',
      },
      notes: { type: Sequelize.TEXT },
      cancelledBy: { type: Sequelize.UUID, allowNull: true },
      cancellationReason: { type: Sequelize.TEXT },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });

    await queryInterface.addIndex('sessions', ['sessionDate', 'status'], { name: 'sessions_date_status' });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('sessions');
  },
};
