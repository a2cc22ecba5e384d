'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE lessons DROP COLUMN teacher_id');
    await queryInterface.sequelize.query(
      'ALTER TABLE lessons ADD COLUMN teacher_id UUID REFERENCES members (id) ON DELETE SET NULL',
    );
  },

  async down() {},
};
