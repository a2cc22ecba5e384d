'use strict';

module.exports = (sequelize, DataTypes) => {
  const CartItem = sequelize.define(
    'CartItem',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      cartId: { type: DataTypes.INTEGER, allowNull: false },
      storefrontItemId: { type: DataTypes.INTEGER, allowNull: false },
      quantity: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 },
    },
    { tableName: 'cart_items' },
  );

  CartItem.associate = ({ ShoppingCart, StorefrontItem }) => {
    CartItem.belongsTo(ShoppingCart, { as: 'cart', foreignKey: 'cartId' });
    CartItem.belongsTo(StorefrontItem, { as: 'item', foreignKey: 'storefrontItemId' });
  };

  return CartItem;
};
