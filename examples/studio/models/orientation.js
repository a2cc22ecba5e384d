'use strict';

module.exports = (sequelize, DataTypes) =>
  sequelize.define(
    'Orientation',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      userId: DataTypes.UUID,
      fullName: { type: DataTypes.STRING, allowNull: false },
      email: { type: DataTypes.STRING, allowNull: false },
      trainingGoals: DataTypes.TEXT,
      status: { type: DataTypes.STRING, allowNull: false, defaultValue: 'new' },
    },
    { tableName: 'orientations' },
  );
