'use strict';

const { Op } = require('sequelize');
const { Session, User } = require('../models');

const BOOKED = ['scheduled', 'confirmed'];
const PERSON = ['id', 'firstName', 'lastName'];

function upcomingSessionsOf(clientId, now) {
  return Session.findAll({
    where: { userId: clientId, status: BOOKED, sessionDate: { [Op.gte]: now } },
    include: [{ model: User, as: 'trainer', attributes: PERSON }],
    order: [['sessionDate', 'ASC']],
  });
}

function sessionsCancelledBy(userId) {
  return Session.findAll({
    where: { cancelledBy: userId },
    include: [{ model: User, as: 'canceller', attributes: PERSON }],
    order: [['sessionDate', 'DESC']],
  });
}

module.exports = { sessionsCancelledBy, upcomingSessionsOf };
