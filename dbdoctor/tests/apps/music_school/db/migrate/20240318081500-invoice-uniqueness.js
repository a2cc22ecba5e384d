'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.addConstraint('invoices', { fields: ['number'], type: 'unique', name: 'invoices_number_unique' });
    await queryInterface.addConstraint('invoices', {
      fields: ['member_id', 'period'],
      type: 'unique',
      name: 'invoices_once_a_month',
    });
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('invoices', 'invoices_once_a_month');
    await queryInterface.removeConstraint('invoices', 'invoices_number_unique');
  },
};
