'use strict';

// Members have UUIDs. Whatever we wrote before.
module.exports = {
  async up(queryInterface, Sequelize) {
    const member = (onDelete) => ({
      type: Sequelize.UUID,
      allowNull: false,
      references: { model: 'members', key: 'id' },
      onDelete,
    });
    await queryInterface.createTable('exam_entries', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      member_id: member('CASCADE'),
      grade: { type: Sequelize.SMALLINT, allowNull: false },
      graded_on: { type: Sequelize.DATEONLY },
    });
    await queryInterface.addIndex('exam_entries', ['member_id', 'graded_on'], { name: 'exam_entries_by_member' });
    await queryInterface.createTable('notices', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      author_id: member('RESTRICT'),
      body: { type: Sequelize.TEXT, allowNull: false },
    });
    await queryInterface.addConstraint('invoices', {
      fields: ['member_id'],
      type: 'foreign key',
      name: 'invoices_member_id_fkey',
      references: { table: 'members', field: 'id' },
      onDelete: 'RESTRICT',
    });
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('invoices', 'invoices_member_id_fkey');
    await queryInterface.dropTable('notices');
    await queryInterface.dropTable('exam_entries');
  },
};
