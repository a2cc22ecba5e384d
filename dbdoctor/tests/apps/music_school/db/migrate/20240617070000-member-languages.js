'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize.transaction(async (transaction) => {
      await queryInterface.addColumn('members', 'language', { type: Sequelize.STRING(5) }, { transaction });
      await queryInterface.sequelize.query(`UPDATE members SET language = 'de' WHERE language IS NULL`);
    });
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('members', 'language');
  },
};
