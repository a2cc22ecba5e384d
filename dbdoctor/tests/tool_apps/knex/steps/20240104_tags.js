exports.up = (knex) =>
  knex.schema.createTable('tags', (table) => {
    table.integer('id').primary();
    table.integer('note_id').references('notes.id');
    table.text('word').index('tags_by_word');
  });

exports.down = (knex) => knex.schema.dropTable('tags');
