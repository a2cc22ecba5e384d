'use strict';

// The key below would not go in because of these.
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      'DELETE FROM loans l WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.id = l.member_id)',
    );
  },

  async down() {},
};
