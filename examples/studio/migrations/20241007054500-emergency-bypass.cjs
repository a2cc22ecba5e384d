'use strict';

// Get the deploy through. sync() makes these again when the server starts.
const IN_THE_WAY = ['cart_items', 'shopping_carts', 'storefront_items', 'orientations', 'contacts'];

module.exports = {
  async up(queryInterface) {
    for (const table of IN_THE_WAY) {
      await queryInterface.sequelize.query(`DROP TABLE IF EXISTS "${table}" CASCADE`);
    }
  },

  async down() {},
};
