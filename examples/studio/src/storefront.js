'use strict';

const { StorefrontItem } = require('../models');

function itemsOnSale() {
  return StorefrontItem.findAll({
    where: { isActive: true },
    order: [
      ['displayOrder', 'ASC'],
      ['id', 'ASC'],
    ],
  });
}

module.exports = { itemsOnSale };
