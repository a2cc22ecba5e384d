'use strict';

// Can the office write this month's letter to a family? Lessons of a pupil, what was called off and by whom, and what is owed.
const { QueryTypes, Sequelize } = require('sequelize');

const sequelize = new Sequelize(process.env.DATABASE_URL, { dialect: 'postgres', logging: false });
const ask = (sql, replacements) => sequelize.query(sql, { type: QueryTypes.SELECT, replacements });

async function letter() {
  const [pupil] = await ask(
    `SELECT m.id, m.first_name FROM members m JOIN lessons l ON l.pupil_id = m.id
      WHERE m.role = 'pupil' AND m.deleted_at IS NULL ORDER BY m.email LIMIT 1`,
  );
  if (!pupil) {
    throw new Error('no pupil has a lesson');
  }
  const lessons = await ask('SELECT id, starts_at FROM lessons WHERE pupil_id = :id ORDER BY starts_at', pupil);
  const calledOff = await ask(
    'SELECT l.id, m.first_name FROM lessons l JOIN members m ON m.id = l.cancelled_by WHERE l.pupil_id = :id',
    pupil,
  );
  const [{ owed, unknown }] = await ask(
    `SELECT sum(total_cents) AS owed, count(*) FILTER (WHERE total_cents IS NULL) AS unknown FROM invoices WHERE paid_on IS NULL`,
  );
  if (Number(unknown) > 0 || !(Number(owed) > 0)) {
    throw new Error(`${unknown} unpaid invoices have no total_cents`);
  }
  return `${pupil.first_name} has ${lessons.length} lessons, ${calledOff.length} called off; the school is owed ${owed} cents`;
}

letter()
  .then((said) => console.log(`well: ${said}`))
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => sequelize.close());
