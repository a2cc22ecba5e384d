'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE invoices (
        id SERIAL PRIMARY KEY,
        number VARCHAR(255) NOT NULL,
        member_id UUID NOT NULL,
        period CHAR(7) NOT NULL,
        amount NUMERIC(10, 2) NOT NULL,
        paid_on DATE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL
      )`);
    await queryInterface.sequelize.query(`
      CREATE TABLE invoice_items (
        id SERIAL PRIMARY KEY,
        invoice_id INTEGER NOT NULL REFERENCES invoices (id),
        title VARCHAR(255) NOT NULL,
        amount NUMERIC(10, 2) NOT NULL
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('invoice_items');
    await queryInterface.dropTable('invoices');
  },
};
