'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.addIndex('enquiries', ['email'], { name: 'enquiries_by_email' });
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('enquiries', 'enquiries_by_email');
  },
};
