'use strict';

// Final fix for "incompatible types: uuid and integer". Build carts and items again with the right type.
module.exports = {
  async up(queryInterface, Sequelize) {
    const stamps = {
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    };

    await queryInterface.dropTable('cart_items');
    await queryInterface.dropTable('shopping_carts');

    await queryInterface.createTable('shopping_carts', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      userId: {
        type: Sequelize.UUID,
        allowNull: false,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'CASCADE',
      },
      status: { type: Sequelize.STRING, allowNull: false, defaultValue: 'active' },
      ...stamps,
    });
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
      ...stamps,
    });
  },

  async down() {},
};
