'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.addConstraint('storefront_items', {
      fields: ['name'],
      type: 'unique',
      name: 'storefront_items_name_unique',
    });
    await queryInterface.addConstraint('storefront_items', {
      fields: ['displayOrder'],
      type: 'unique',
      name: 'storefront_items_display_order_unique',
    });
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('storefront_items', 'storefront_items_display_order_unique');
    await queryInterface.removeConstraint('storefront_items', 'storefront_items_name_unique');
  },
};
