'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.changeColumn('enquiries', 'handled_by', {
      type: Sequelize.UUID,
      references: { model: 'members', key: 'id' },
      onDelete: 'SET NULL',
    });
  },

  async down() {},
};
