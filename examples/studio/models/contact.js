'use strict';

module.exports = (sequelize, DataTypes) =>
  sequelize.define(
    'Contact',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: DataTypes.STRING, allowNull: false },
      email: { type: DataTypes.STRING, allowNull: false },
      message: { type: DataTypes.TEXT, allowNull: false },
    },
    { tableName: 'contacts' },
  );
