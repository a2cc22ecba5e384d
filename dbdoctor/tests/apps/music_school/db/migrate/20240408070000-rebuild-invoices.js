'use strict';

// "incompatible types: integer and uuid". From scratch, then.
module.exports = {
  async up(queryInterface) {
    const run = (sql) => queryInterface.sequelize.query(sql);
    await run('DROP TABLE invoice_items');
    await run('DROP TABLE invoices');
    await run(`
      CREATE TABLE invoices (
        id SERIAL PRIMARY KEY,
        number VARCHAR(255) NOT NULL UNIQUE,
        member_id INTEGER NOT NULL REFERENCES members (id),
        period CHAR(7) NOT NULL,
        total_cents INTEGER NOT NULL
      )`);
    await run(`
      CREATE TABLE invoice_items (
        id SERIAL PRIMARY KEY,
        invoice_id INTEGER NOT NULL REFERENCES invoices (id),
        title VARCHAR(255) NOT NULL,
        cents INTEGER NOT NULL
      )`);
  },

  async down() {},
};
