'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const tables = await queryInterface.showAllTables();
    if (tables.includes('orientations')) {
      await queryInterface.addColumn('orientations', 'trainerNotes', { type: Sequelize.TEXT, allowNull: true });
    }
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('orientations', 'trainerNotes');
  },
};
