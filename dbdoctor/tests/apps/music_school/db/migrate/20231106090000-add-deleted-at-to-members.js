'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE members ADD COLUMN IF NOT EXISTS deleted_at TIMESTAMP WITH TIME ZONE');
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('members', 'deleted_at');
  },
};
