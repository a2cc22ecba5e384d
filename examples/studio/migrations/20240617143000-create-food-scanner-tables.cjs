'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const stamps = {
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    };

    await queryInterface.createTable('food_ingredients', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: Sequelize.STRING, allowNull: false, unique: true },
      rating: { type: Sequelize.STRING, allowNull: false, defaultValue: 'okay' },
      ...stamps,
    });

    await queryInterface.createTable('food_products', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      barcode: { type: Sequelize.STRING, allowNull: false, unique: true },
      name: { type: Sequelize.STRING, allowNull: false },
      ...stamps,
    });

    await queryInterface.createTable('food_scans', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      userId: {
        type: Sequelize.UUID,
        allowNull: false,
        references: { model: 'users', key: 'id' },
        onUpdate: 'CASCADE',
        onDelete: 'CASCADE',
      },
      productId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: 'food_products', key: 'id' },
        onDelete: 'CASCADE',
      },
      scannedAt: { type: Sequelize.DATE, allowNull: false },
      ...stamps,
    });
  },

  async down(queryInterface) {
    await queryInterface.dropTable('food_scans');
    await queryInterface.dropTable('food_products');
    await queryInterface.dropTable('food_ingredients');
  },
};
