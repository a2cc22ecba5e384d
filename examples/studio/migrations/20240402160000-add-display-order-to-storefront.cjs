'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    // Everything starts at 1, the admin page will let Maren sort them (ticket pending).
    await queryInterface.addColumn('storefront_items', 'displayOrder', {
      type: Sequelize.INTEGER,
      allowNull: false,
      defaultValue: 1,
    });
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('storefront_items', 'displayOrder');
  },
};
