'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.addIndex('sessions', ['trainerId', 'sessionDate'], { name: 'sessions_trainer_date' });
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('sessions', 'sessions_trainer_date');
  },
};
