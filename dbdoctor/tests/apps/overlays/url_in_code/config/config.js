'use strict';

const inCode = {
  url: 'TARGET_URL',
  dialect: 'postgres',
  logging: false,
};

module.exports = {
  development: inCode,
  test: inCode,
  production: inCode,
};
