'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const columns = await queryInterface.describeTable('users');
    if (!columns.deletedAt) {
      await queryInterface.addColumn('users', 'deletedAt', { type: Sequelize.DATE, allowNull: true });
    }
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'deletedAt');
  },
};
