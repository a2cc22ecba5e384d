'use strict';

// Every year in August.
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('TRUNCATE TABLE terms RESTART IDENTITY CASCADE');
  },

  async down() {},
};
