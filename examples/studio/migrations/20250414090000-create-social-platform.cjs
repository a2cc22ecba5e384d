'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const member = {
      type: Sequelize.INTEGER,
      allowNull: false,
      references: { model: 'users', key: 'id' },
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    };
    const stamps = {
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    };

    await queryInterface.sequelize.transaction(async (transaction) => {
      await queryInterface.createTable(
        'communities',
        {
          id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
          ownerId: member,
          name: { type: Sequelize.STRING, allowNull: false, unique: true },
          about: { type: Sequelize.TEXT },
          ...stamps,
        },
        { transaction },
      );
      await queryInterface.createTable(
        'posts',
        {
          id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
          userId: member,
          communityId: {
            type: Sequelize.INTEGER,
            allowNull: true,
            references: { model: 'communities', key: 'id' },
            onDelete: 'SET NULL',
          },
          body: { type: Sequelize.TEXT, allowNull: false },
          visibility: {
            type: Sequelize.ENUM('everyone', 'friends', 'community'),
            allowNull: false,
            defaultValue: 'friends',
          },
          ...stamps,
        },
        { transaction },
      );
      await queryInterface.createTable(
        'connections',
        {
          id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
          requesterId: member,
          addresseeId: member,
          status: {
            type: Sequelize.ENUM('asked', 'accepted', 'declined'),
            allowNull: false,
            defaultValue: 'asked',
          },
          ...stamps,
        },
        { transaction, uniqueKeys: { connections_once: { fields: ['requesterId', 'addresseeId'] } } },
      );
      await queryInterface.addIndex('posts', ['userId', 'createdAt'], { name: 'posts_user_created', transaction });
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('connections');
    await queryInterface.dropTable('posts');
    await queryInterface.dropTable('communities');
  },
};
