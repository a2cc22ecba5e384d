'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const tables = await queryInterface.showAllTables();

    await queryInterface.createTable('orders', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      userId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'RESTRICT',
      },
      orderNumber: { type: Sequelize.STRING, allowNull: false, unique: true },
      totalAmount: { type: Sequelize.DECIMAL(10, 2), allowNull: false },
      status: { type: Sequelize.STRING, allowNull: false, defaultValue: 'pending' },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });

    if (tables.includes('notifications')) {
      await queryInterface.addColumn('notifications', 'linkUrl', { type: Sequelize.STRING, allowNull: true });
    }

    if (tables.includes('shopping_carts')) {
      await queryInterface.addConstraint('shopping_carts', {
        fields: ['userId'],
        type: 'foreign key',
        name: 'shopping_carts_userId_fkey',
        references: { table: 'users', field: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'CASCADE',
      });
    }
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('shopping_carts', 'shopping_carts_userId_fkey');
    await queryInterface.removeColumn('notifications', 'linkUrl');
    await queryInterface.dropTable('orders');
  },
};
