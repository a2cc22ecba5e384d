'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const columns = await queryInterface.describeTable('sessions');
    if (columns.trainerId && columns.trainerId.type === 'INTEGER') {
      return;
    }
    await queryInterface.removeColumn('sessions', 'trainerId');
    await queryInterface.addColumn('sessions', 'trainerId', {
      type: Sequelize.INTEGER,
      allowNull: true,
      references: { model: 'users', key: 'id' },
      onUpdate: 'CASCADE',
      onDelete: 'SET NULL',
    });
  },

  async down() {
    throw new Error('there is no way back from here, restore last night\'s dump');
  },
};
