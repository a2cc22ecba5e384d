'use strict';

const PACKAGES = [
  ['First Steps', 'One session to get to know each other and set a goal', 1, 65],
  ['Steady Eight', 'Eight sessions over two months', 8, 472],
  ['Strong Twenty', 'Twenty sessions with a written plan', 20, 1090],
  ['Year of Strength', 'One hundred sessions, measured every quarter', 100, 4950],
];

module.exports = {
  async up(queryInterface) {
    const [[{ count }]] = await queryInterface.sequelize.query('SELECT count(*)::int AS count FROM storefront_items');
    if (count > 0) {
      return;
    }
    const now = new Date();
    await queryInterface.bulkInsert(
      'storefront_items',
      PACKAGES.map(([name, description, sessions, totalCost]) => ({
        name,
        description,
        sessions,
        totalCost,
        createdAt: now,
        updatedAt: now,
      })),
    );
  },

  async down(queryInterface) {
    await queryInterface.bulkDelete('storefront_items', { name: PACKAGES.map(([name]) => name) });
  },
};
