'use strict';

const bcrypt = require('bcryptjs');

module.exports = (sequelize, DataTypes) => {
  const User = sequelize.define(
    'User',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      firstName: { type: DataTypes.STRING, allowNull: false },
      lastName: { type: DataTypes.STRING, allowNull: false },
      email: { type: DataTypes.STRING, allowNull: false, unique: true },
      username: { type: DataTypes.STRING, allowNull: false, unique: true },
      password: { type: DataTypes.STRING, allowNull: false },
      phone: DataTypes.STRING,
      role: { type: DataTypes.ENUM('client', 'trainer', 'admin'), allowNull: false, defaultValue: 'client' },
      isActive: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
    },
    { tableName: 'users', paranoid: true },
  );

  User.prototype.hasPassword = function hasPassword(candidate) {
    return bcrypt.compare(candidate, this.password);
  };

  User.associate = ({ Session, ShoppingCart, Notification }) => {
    User.hasMany(Session, { as: 'bookedSessions', foreignKey: 'userId' });
    User.hasMany(Session, { as: 'givenSessions', foreignKey: 'trainerId' });
    User.hasMany(ShoppingCart, { as: 'carts', foreignKey: 'userId' });
    User.hasMany(Notification, { as: 'notifications', foreignKey: 'userId' });
  };

  return User;
};
