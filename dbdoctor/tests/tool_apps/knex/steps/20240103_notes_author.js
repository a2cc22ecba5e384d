exports.up = (knex) =>
  knex.schema.alterTable('notes', (table) => {
    table.foreign('author_id', 'notes_author_fk').references('users.id');
  });

exports.down = (knex) => knex.schema.alterTable('notes', (table) => table.dropForeign('author_id', 'notes_author_fk'));
