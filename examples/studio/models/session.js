'use strict';

module.exports = (sequelize, DataTypes) => {
  const Session = sequelize.define(
    'Session',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      userId: DataTypes.INTEGER,
      trainerId: DataTypes.INTEGER,
      sessionDate: { type: DataTypes.DATE, allowNull: false },
      duration: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 60 },
      status: {
        type: DataTypes.ENUM('available', 'scheduled', 'confirmed', 'completed', 'cancelled'),
        allowNull: false,
        defaultValue: 'available',
      },
      notes: DataTypes.TEXT,
      location: DataTypes.STRING,
      isRecurring: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      reminderSentAt: DataTypes.DATE,
      cancelledBy: DataTypes.INTEGER,
      cancellationReason: DataTypes.TEXT,
    },
    { tableName: 'sessions' },
  );

  Session.associate = ({ User }) => {
    Session.belongsTo(User, { as: 'client', foreignKey: 'userId' });
    Session.belongsTo(User, { as: 'trainer', foreignKey: 'trainerId' });
    Session.belongsTo(User, { as: 'canceller', foreignKey: 'cancelledBy' });
  };

  return Session;
};
