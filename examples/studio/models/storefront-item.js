'use strict';

module.exports = (sequelize, DataTypes) =>
  sequelize.define(
    'StorefrontItem',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: DataTypes.STRING, allowNull: false },
      description: DataTypes.TEXT,
      sessions: { type: DataTypes.INTEGER, allowNull: false },
      totalCost: { type: DataTypes.DECIMAL(10, 2), allowNull: false },
      price: DataTypes.DECIMAL(10, 2),
      displayOrder: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 },
      isActive: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
    },
    { tableName: 'storefront_items' },
  );
