'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const columns = await queryInterface.describeTable('storefront_items');
    if (columns.price) {
      console.log('storefront_items has its price already');
      return;
    }
    await queryInterface.addColumn('storefront_items', 'price', { type: Sequelize.DECIMAL(10, 2), allowNull: true });
    await queryInterface.sequelize.query('UPDATE "storefront_items" SET "price" = "totalCosts" WHERE "price" IS NULL');
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('storefront_items', 'price');
  },
};
