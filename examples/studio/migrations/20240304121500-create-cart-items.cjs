'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('cart_items', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      cartId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: 'shopping_carts', key: 'id' },
        onDelete: 'CASCADE',
      },
      storefrontItemId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: 'storefront_items', key: 'id' },
      },
      quantity: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 1 },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('cart_items');
  },
};
