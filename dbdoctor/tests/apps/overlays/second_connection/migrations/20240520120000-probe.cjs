'use strict';

const { Client } = require('pg');

module.exports = {
  async up() {
    const target = new Client({ connectionString: 'TARGET_URL', connectionTimeoutMillis: 5000 });
    await target.connect();
    try {
      await target.query('CREATE TABLE IF NOT EXISTS isolation_probe (at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now())');
      await target.query('INSERT INTO isolation_probe DEFAULT VALUES');
    } finally {
      await target.end();
    }
  },

  async down() {},
};
