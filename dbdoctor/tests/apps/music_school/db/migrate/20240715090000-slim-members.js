'use strict';

// Nobody calls any more.
module.exports = {
  async up(queryInterface) {
    await queryInterface.removeColumn('members', 'phone');
  },

  async down(queryInterface, Sequelize) {
    await queryInterface.addColumn('members', 'phone', { type: Sequelize.STRING });
  },
};
