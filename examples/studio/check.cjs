'use strict';

// Is the studio well? Asks what the booking page asks. Ends 0 when it gets an answer, else 1 and says why not.
const { sequelize, User } = require('./models');
const { sessionsCancelledBy, upcomingSessionsOf } = require('./src/schedule');

async function ask() {
  const client = await User.findOne({ where: { role: 'client' }, order: [['id', 'ASC']] });
  if (!client) {
    throw new Error('there is no client to ask for');
  }
  const upcoming = await upcomingSessionsOf(client.id, new Date());
  const cancelled = await sessionsCancelledBy(client.id);
  return `${client.firstName} has ${upcoming.length} upcoming sessions and has cancelled ${cancelled.length}`;
}

ask()
  .then((said) => console.log(`well: ${said}`))
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => sequelize.close());
