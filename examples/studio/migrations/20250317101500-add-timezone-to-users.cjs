'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addColumn('users', 'timezone', {
      type: Sequelize.STRING,
      allowNull: false,
      defaultValue: 'Europe/Berlin',
    });
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'timezone');
  },
};
