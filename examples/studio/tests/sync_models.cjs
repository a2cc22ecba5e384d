'use strict';

// What the first start of a brand-new studio does: make every table as the models say, and let one client in.
const { sequelize, User } = require('../models');

async function start() {
  await sequelize.sync();
  await User.create({
    firstName: 'Alice',
    lastName: 'Example',
    email: 'alice@post.example',
    username: 'alice',
    password: 'not a hash',
  });
  await sequelize.close();
}

start().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
