'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.addIndex('contacts', ['email'], { name: 'contacts_email' });
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('contacts', 'contacts_email');
  },
};
