'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE recitals (
        id SERIAL PRIMARY KEY,
        title VARCHAR(255) NOT NULL,
        organiser_id INTEGER NOT NULL REFERENCES members (id),
        held_on DATE NOT NULL
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('recitals');
  },
};
