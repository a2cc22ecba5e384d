-- The studio's database on the day its deploy had been blocked for weeks.
-- Plain SQL for an empty database. Everybody's password is studio-demo-2025.

CREATE TYPE "enum_users_role" AS ENUM ('client', 'trainer', 'admin');
CREATE TYPE "enum_sessions_status" AS ENUM ('available', 'scheduled', 'confirmed', 'completed', 'cancelled');

CREATE TABLE "SequelizeMeta" (
    "name" VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY
);

CREATE TABLE "users" (
    "id" SERIAL PRIMARY KEY,
    "firstName" VARCHAR(255) NOT NULL,
    "lastName" VARCHAR(255) NOT NULL,
    "email" VARCHAR(255) NOT NULL UNIQUE,
    "username" VARCHAR(255) NOT NULL UNIQUE,
    "password" VARCHAR(255) NOT NULL,
    "phone" VARCHAR(255),
    "role" "enum_users_role" NOT NULL DEFAULT 'client',
    "isActive" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "deletedAt" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE "sessions" (
    "id" SERIAL PRIMARY KEY,
    "trainerId" INTEGER REFERENCES "users" ("id") ON UPDATE CASCADE ON DELETE SET NULL,
    "sessionDate" TIMESTAMP WITH TIME ZONE NOT NULL,
    "duration" INTEGER NOT NULL DEFAULT 60,
    "status" "enum_sessions_status" NOT NULL DEFAULT 'available',
    "notes" TEXT,
    "cancelledBy" UUID,
    "cancellationReason" TEXT,
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE "storefront_items" (
    "id" SERIAL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "sessions" INTEGER NOT NULL,
    "totalCost" NUMERIC(10, 2) NOT NULL,
    "isActive" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "displayOrder" INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE "shopping_carts" (
    "id" SERIAL PRIMARY KEY,
    "userId" INTEGER NOT NULL,
    "status" VARCHAR(255) NOT NULL DEFAULT 'active',
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE "cart_items" (
    "id" SERIAL PRIMARY KEY,
    "cartId" INTEGER NOT NULL REFERENCES "shopping_carts" ("id") ON DELETE CASCADE,
    "storefrontItemId" INTEGER NOT NULL REFERENCES "storefront_items" ("id"),
    "quantity" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE "orientations" (
    "id" SERIAL PRIMARY KEY,
    "userId" UUID,
    "fullName" VARCHAR(255) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "trainingGoals" TEXT,
    "status" VARCHAR(255) NOT NULL DEFAULT 'new',
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE "contacts" (
    "id" SERIAL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "message" TEXT NOT NULL,
    "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL,
    "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL
);

INSERT INTO "users" ("firstName", "lastName", "email", "username", "password", "phone", "role", "createdAt", "updatedAt") VALUES
    ('Maren', 'Albers', 'maren@northside-strength.example', 'maren',
     '$2a$10$84ZGGVVAXf1vV43mMj/jM.Q9f3wW8i6Xw5MfnXeO4v/emaNI.UHby', '+49 40 5550101', 'admin', '2024-01-08 09:12:44+00', '2024-01-08 09:12:44+00'),
    ('Jonas', 'Okafor', 'jonas@northside-strength.example', 'coach_jonas',
     '$2a$10$h/MD8.Bz/yB5rmzDwR.zfucy2juMJaqJyoGbJqPFD4EPOXnQjhqXC', '+49 40 5550102', 'trainer', '2024-01-08 09:20:03+00', '2024-03-11 17:02:10+00'),
    ('Lucía', 'Ferrer', 'lucia@northside-strength.example', 'coach_lucia',
     '$2a$10$l/gs9u2Mt0qXmkyzaJFiEOA51/2.HnqYeM.C3vKY7bxEL/0r9FqVS', NULL, 'trainer', '2024-01-09 07:55:31+00', '2024-01-09 07:55:31+00'),
    ('Tess', 'Lindqvist', 'tess.lindqvist@post.example', 'tess',
     '$2a$10$lD6qQ8jF.Gpey3kDe0uoAOYyHknqb.KpcQfOKADW.Yva/GBcoRqZi', '+49 40 5550177', 'client', '2024-01-22 18:40:12+00', '2024-02-19 06:15:48+00'),
    ('Amir', 'Haddad', 'amir.haddad@post.example', 'amir_h',
     '$2a$10$90Tijo5XU4dQu9L18egBsOGP7IyXBRY1vIbL7WU0EMAU8IRklA99O', NULL, 'client', '2024-02-03 12:01:59+00', '2024-02-03 12:01:59+00'),
    ('Greta', 'Vogelsang', 'greta.vogelsang@post.example', 'greta',
     '$2a$10$8QKO5qKtCiOX9Hr1Zlc4JO7sAECy2u6bTgNYx2SMDoZRalt5k4UIK', '+49 40 5550139', 'client', '2024-03-14 20:33:27+00', '2024-03-14 20:33:27+00');

INSERT INTO "storefront_items" ("name", "description", "sessions", "totalCost", "createdAt", "updatedAt") VALUES
    ('First Steps', 'One session to get to know each other and set a goal', 1, 65.00, '2024-03-18 09:30:00+00', '2024-03-18 09:30:00+00'),
    ('Steady Eight', 'Eight sessions over two months', 8, 472.00, '2024-03-18 09:30:00+00', '2024-03-18 09:30:00+00'),
    ('Strong Twenty', 'Twenty sessions with a written plan', 20, 1090.00, '2024-03-18 09:30:00+00', '2024-03-18 09:30:00+00'),
    ('Year of Strength', 'One hundred sessions, measured every quarter', 100, 4950.00, '2024-03-18 09:30:00+00', '2024-03-18 09:30:00+00');

INSERT INTO "shopping_carts" ("userId", "status", "createdAt", "updatedAt") VALUES
    (4, 'active', '2024-04-02 19:05:16+00', '2024-04-02 19:07:40+00'),
    (6, 'active', '2024-04-20 08:48:02+00', '2024-04-20 08:48:02+00');

INSERT INTO "cart_items" ("cartId", "storefrontItemId", "quantity", "createdAt", "updatedAt") VALUES
    (1, 2, 1, '2024-04-02 19:05:16+00', '2024-04-02 19:05:16+00'),
    (1, 1, 2, '2024-04-02 19:07:40+00', '2024-04-02 19:07:40+00'),
    (2, 3, 1, '2024-04-20 08:48:02+00', '2024-04-20 08:48:02+00');

INSERT INTO "orientations" ("fullName", "email", "trainingGoals", "status", "createdAt", "updatedAt") VALUES
    ('Amir Haddad', 'amir.haddad@post.example', 'Ten pull-ups before my birthday', 'done', '2024-01-30 16:20:00+00', '2024-02-03 12:10:00+00'),
    ('Hanna Brandt', 'hanna.brandt@post.example', 'Back to running after a knee operation', 'new', '2024-05-02 10:44:00+00', '2024-05-02 10:44:00+00');

INSERT INTO "contacts" ("name", "email", "message", "createdAt", "updatedAt") VALUES
    ('Piet Sanders', 'piet@post.example', 'Do you train groups of four?', '2024-02-11 13:00:00+00', '2024-02-11 13:00:00+00'),
    ('Noor Aziz', 'noor.aziz@post.example', 'Is the studio open on Whit Monday?', '2024-05-03 08:15:00+00', '2024-05-03 08:15:00+00');

INSERT INTO "SequelizeMeta" ("name") VALUES
    ('20240108090000-create-users.cjs'),
    ('20240108091500-create-contacts.cjs'),
    ('20240115100000-create-orientations.cjs'),
    ('20240129083000-create-sessions.cjs'),
    ('20240212140000-add-soft-delete-to-users.cjs'),
    ('20240226101000-create-storefront-items.cjs'),
    ('20240304120000-create-shopping-carts.cjs'),
    ('20240304121500-create-cart-items.cjs'),
    ('20240318093000-seed-storefront-packages.cjs'),
    ('20240402160000-add-display-order-to-storefront.cjs'),
    ('20240506094500-sessions-trainer-to-integer.cjs');
