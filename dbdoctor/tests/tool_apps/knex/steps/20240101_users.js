exports.up = (knex) =>
  knex.schema.createTable('users', (table) => {
    table.uuid('id').primary();
    table.text('email').notNullable();
  });

exports.down = (knex) => knex.schema.dropTable('users');
