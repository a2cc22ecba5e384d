'use strict';

// The booking form has shown an empty list of session types since March.
const TYPES = ['Strength', 'Mobility', 'Conditioning', 'First talk'];

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('session_types', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: Sequelize.STRING, allowNull: false, unique: true },
      createdAt: { type: Sequelize.DATE, allowNull: false },
      updatedAt: { type: Sequelize.DATE, allowNull: false },
    });
    const now = new Date();
    await queryInterface.bulkInsert(
      'session_types',
      TYPES.map((name) => ({ name, createdAt: now, updatedAt: now })),
    );
  },

  async down(queryInterface) {
    await queryInterface.dropTable('session_types');
  },
};
