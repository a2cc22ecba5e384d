const { defineConfig } = require('@mikro-orm/postgresql');
const { EntitySchema } = require('@mikro-orm/core');
const { Migrator } = require('@mikro-orm/migrations');

const User = new EntitySchema({
  name: 'User',
  tableName: 'users',
  properties: { id: { type: 'uuid', primary: true }, email: { type: 'text' } },
});

module.exports = defineConfig({
  clientUrl: process.env.DATABASE_URL,
  entities: [User],
  extensions: [Migrator],
  migrations: { path: './migrations', snapshot: false },
});
