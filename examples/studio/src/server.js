'use strict';

const http = require('node:http');
const { sequelize } = require('../models');
const { sessionsCancelledBy, upcomingSessionsOf } = require('./schedule');
const { itemsOnSale } = require('./storefront');

const ROUTES = [
  [/^\/health$/, () => sequelize.authenticate().then(() => ({ status: 'ok' }))],
  [/^\/api\/clients\/(\d+)\/sessions$/, ([id]) => upcomingSessionsOf(Number(id), new Date())],
  [/^\/api\/users\/(\d+)\/cancellations$/, ([id]) => sessionsCancelledBy(Number(id))],
  [/^\/api\/storefront$/, () => itemsOnSale()],
];

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  for (const [pattern, handle] of ROUTES) {
    const match = pattern.exec(pathname);
    if (request.method === 'GET' && match) {
      send(response, 200, await handle(match.slice(1)));
      return;
    }
  }
  send(response, 404, { error: 'no such page' });
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(`${request.method} ${request.url}: ${error.message}`);
    send(response, 500, { error: error.message });
  });
});

server.listen(Number(process.env.PORT || 3000), '127.0.0.1', () => {
  console.log(`Northside Strength listens on http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => server.close(() => sequelize.close()));
}
