'use strict';

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
