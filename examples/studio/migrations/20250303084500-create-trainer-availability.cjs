'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('trainer_availability', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      trainerId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'CASCADE',
      },
      weekday: { type: Sequelize.SMALLINT, allowNull: false },
      startsAt: { type: Sequelize.TIME, allowNull: false },
      endsAt: { type: Sequelize.TIME, allowNull: false },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('trainer_availability');
  },
};
