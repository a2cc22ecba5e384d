'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('repairs', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      instrument_id: { type: Sequelize.INTEGER, allowNull: false, references: { model: 'instruments', key: 'id' } },
      what: { type: Sequelize.STRING, allowNull: false },
      cost_cents: { type: Sequelize.INTEGER },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('repairs');
  },
};
