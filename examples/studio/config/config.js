'use strict';

// A variable that the host has set wins over the one in .env.
require('dotenv').config({ quiet: true });

const fromUrl = {
  use_env_variable: 'DATABASE_URL',
  dialect: 'postgres',
  logging: false,
};

module.exports = {
  development: fromUrl,
  test: fromUrl,
  production: fromUrl,
};
