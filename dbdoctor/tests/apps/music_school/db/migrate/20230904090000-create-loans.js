'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE loans (
        id BIGSERIAL PRIMARY KEY,
        instrument_id BIGINT NOT NULL REFERENCES instruments (id),
        member_id UUID,
        lent_on DATE NOT NULL,
        returned_on DATE,
        remark TEXT
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('loans');
  },
};
