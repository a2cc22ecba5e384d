'use strict';

// The file wins, whatever the host has set.
require('dotenv').config({ quiet: true, override: true });

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
