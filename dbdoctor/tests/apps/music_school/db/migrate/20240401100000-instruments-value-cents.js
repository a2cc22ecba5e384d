'use strict';

// For the insurance.
module.exports = {
  async up(queryInterface, Sequelize) {
    const { value_cents: there } = await queryInterface.describeTable('instruments');
    if (!there) {
      await queryInterface.addColumn('instruments', 'value_cents', { type: Sequelize.BIGINT, allowNull: true });
      await queryInterface.sequelize.query('UPDATE instruments SET value_cents = CAST(value_eur * 100 AS BIGINT)');
    }
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('instruments', 'value_cents');
  },
};
