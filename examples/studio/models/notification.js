'use strict';

module.exports = (sequelize, DataTypes) => {
  const Notification = sequelize.define(
    'Notification',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      userId: { type: DataTypes.INTEGER, allowNull: false },
      title: { type: DataTypes.STRING, allowNull: false },
      message: { type: DataTypes.TEXT, allowNull: false },
      readAt: DataTypes.DATE,
      linkUrl: DataTypes.STRING,
    },
    { tableName: 'notifications' },
  );

  Notification.associate = ({ User }) => {
    Notification.belongsTo(User, { as: 'recipient', foreignKey: 'userId' });
  };

  return Notification;
};
