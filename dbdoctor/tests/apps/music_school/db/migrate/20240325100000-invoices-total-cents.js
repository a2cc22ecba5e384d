'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addColumn('invoices', 'total_cents', { type: Sequelize.INTEGER, allowNull: true });
    await queryInterface.sequelize.query('UPDATE invoices SET total_cents = ROUND(amout * 100)');
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('invoices', 'total_cents');
  },
};
