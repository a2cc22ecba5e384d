'use strict';

// The definitive one. User ids are integers on the server, whatever the old files say.
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('notifications', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      userId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'CASCADE',
      },
      title: { type: Sequelize.STRING, allowNull: false },
      message: { type: Sequelize.TEXT, allowNull: false },
      readAt: { type: Sequelize.DATE },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });

    const users = await queryInterface.describeTable('users');
    if (!users.preferredContact) {
      await queryInterface.addColumn('users', 'preferredContact', {
        type: Sequelize.STRING,
        allowNull: false,
        defaultValue: 'email',
      });
    }
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'preferredContact');
    await queryInterface.dropTable('notifications');
  },
};
