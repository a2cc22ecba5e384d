'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.bulkInsert('tuition_rates', [
      { minutes: 30, cents: 2240 },
      { minutes: 45, cents: 3150 },
      { minutes: 60, cents: 3990 },
    ]);
  },

  async down(queryInterface) {
    await queryInterface.bulkDelete('tuition_rates', {});
  },
};
