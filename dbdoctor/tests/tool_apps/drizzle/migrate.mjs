// What drizzle-kit migrate does, by drizzle-orm's own migrator.
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';

const db = drizzle(process.env.DATABASE_URL);
try {
  await migrate(db, { migrationsFolder: 'drizzle' });
} finally {
  await db.$client.end();
}
