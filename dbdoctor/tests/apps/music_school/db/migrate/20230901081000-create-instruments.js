'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('instruments', {
      id: { type: Sequelize.BIGINT, primaryKey: true, autoIncrement: true },
      label: { type: Sequelize.STRING, allowNull: false, unique: true },
      kind: { type: Sequelize.STRING, allowNull: false },
      value_euro: { type: Sequelize.DECIMAL(10, 2), allowNull: false },
      created_at: { type: Sequelize.DATE, allowNull: false },
      updated_at: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('instruments');
  },
};
