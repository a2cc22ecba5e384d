'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      'ALTER TABLE loans ADD CONSTRAINT loans_member_id_fkey FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE SET NULL',
    );
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('loans', 'loans_member_id_fkey');
  },
};
