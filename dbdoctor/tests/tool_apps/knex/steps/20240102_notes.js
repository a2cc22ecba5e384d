exports.up = (knex) =>
  knex.schema.createTable('notes', (table) => {
    table.integer('id').primary();
    table.text('body').notNullable();
    table.uuid('author_id');
  });

exports.down = (knex) => knex.schema.dropTable('notes');
