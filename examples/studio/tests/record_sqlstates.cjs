'use strict';

// Loaded before a migrate run (node --require): writes down the SQLSTATE of every error a server sends, caught or not.
const fs = require('node:fs');
const { Client } = require('pg');

const connect = Client.prototype.connect;
Client.prototype.connect = function connectAndListen(...given) {
  this.connection.on('errorMessage', ({ code }) => fs.appendFileSync(process.env.SQLSTATES_FILE, `${code}\n`));
  return connect.apply(this, given);
};
