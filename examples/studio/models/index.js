'use strict';

const { DataTypes, Sequelize } = require('sequelize');
const configurations = require('../config/config.js');

const configuration = configurations[process.env.NODE_ENV || 'development'];
const url = process.env[configuration.use_env_variable];
if (!url) {
  throw new Error(`${configuration.use_env_variable} is not set`);
}

const sequelize = new Sequelize(url, configuration);
const models = {};

for (const define of [
  require('./user'),
  require('./session'),
  require('./storefront-item'),
  require('./shopping-cart'),
  require('./cart-item'),
  require('./notification'),
  require('./orientation'),
  require('./contact'),
]) {
  const model = define(sequelize, DataTypes);
  models[model.name] = model;
}

for (const model of Object.values(models)) {
  if (model.associate) {
    model.associate(models);
  }
}

module.exports = { sequelize, ...models };
