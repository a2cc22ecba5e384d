'use strict';

module.exports = (sequelize, DataTypes) => {
  const ShoppingCart = sequelize.define(
    'ShoppingCart',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      userId: { type: DataTypes.INTEGER, allowNull: false },
      status: { type: DataTypes.STRING, allowNull: false, defaultValue: 'active' },
    },
    { tableName: 'shopping_carts' },
  );

  ShoppingCart.associate = ({ User, CartItem }) => {
    ShoppingCart.belongsTo(User, { as: 'owner', foreignKey: 'userId' });
    ShoppingCart.hasMany(CartItem, { as: 'items', foreignKey: 'cartId' });
  };

  return ShoppingCart;
};
