'use strict';

module.exports = {
  async up(queryInterface) {
    const run = (sql) => queryInterface.sequelize.query(sql);
    await run('CREATE TABLE ensembles (id SERIAL PRIMARY KEY, title VARCHAR(255) NOT NULL, founded_on DATE)');
    await run(`
      CREATE TABLE ensemble_rehearsals (
        id SERIAL PRIMARY KEY,
        ensemble_id INTEGER NOT NULL REFERENCES ensembles (id),
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL
      )`);
    await run(`
      CREATE TABLE ensemble_members (
        ensemble_id INTEGER NOT NULL REFERENCES ensembles (id),
        member_id INTEGER NOT NULL REFERENCES members (id),
        part VARCHAR(255),
        PRIMARY KEY (ensemble_id, member_id)
      )`);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('ensemble_members');
    await queryInterface.dropTable('ensemble_rehearsals');
    await queryInterface.dropTable('ensembles');
  },
};
