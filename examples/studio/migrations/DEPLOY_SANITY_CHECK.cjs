'use strict';

// So that the deploy log tells us what is really there.
module.exports = {
  async up(queryInterface) {
    const [[{ version }]] = await queryInterface.sequelize.query('SELECT version() AS version');
    const tables = await queryInterface.showAllTables();
    console.log(`${version}, ${tables.length} tables: ${tables.sort().join(', ')}`);
  },

  async down() {},
};
