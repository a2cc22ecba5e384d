-- Broken states beside the given cases: each cause in a form it takes in other apps. One block a case; `cannot`: only the owner can choose.

-- case: varchar-child-uuid-parent
-- cause: type_mismatch
CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int);
INSERT INTO users(n) SELECT g FROM generate_series(1,20) g;
CREATE TABLE posts (id serial PRIMARY KEY, author_id varchar(255));
INSERT INTO posts(author_id) SELECT id::text FROM users;
-- failing
ALTER TABLE posts ADD CONSTRAINT posts_author_fk FOREIGN KEY (author_id) REFERENCES users(id);
-- check
SELECT 'lost' WHERE (SELECT count(*) FROM posts JOIN users u ON u.id=author_id)<>20;

-- case: bigint-child-varchar-parent
-- cause: type_mismatch
CREATE TABLE users (id varchar(20) PRIMARY KEY); INSERT INTO users SELECT g::text FROM generate_series(1,20) g;
CREATE TABLE posts (id serial PRIMARY KEY, user_id bigint NOT NULL); INSERT INTO posts(user_id) SELECT g FROM generate_series(1,20) g;
-- failing
ALTER TABLE posts ADD FOREIGN KEY (user_id) REFERENCES users(id);
-- check
SELECT 'lost' WHERE (SELECT count(*) FROM posts)<>20;

-- case: new-table-int-vs-uuid
-- cause: type_mismatch
CREATE TABLE users (id uuid PRIMARY KEY); INSERT INTO users VALUES (gen_random_uuid());
-- failing
CREATE TABLE sessions (id serial PRIMARY KEY, "userId" INTEGER REFERENCES users(id) ON DELETE CASCADE);
-- check
SELECT 'none' WHERE to_regclass('sessions') IS NULL;

-- case: enum-vs-text
-- cause: type_mismatch
CREATE TYPE kind AS ENUM ('a','b'); CREATE TABLE kinds (k kind PRIMARY KEY); INSERT INTO kinds VALUES ('a'),('b');
CREATE TABLE things (id serial PRIMARY KEY, k text); INSERT INTO things(k) VALUES ('a'),('b'),(NULL);
-- failing
ALTER TABLE things ADD CONSTRAINT things_k_fk FOREIGN KEY (k) REFERENCES kinds(k);
-- check
SELECT 'lost' WHERE (SELECT count(*) FROM things)<>3;

-- case: numeric-child-int-parent
-- cause: type_mismatch
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1,5); CREATE TABLE c (id serial primary key, pid numeric); INSERT INTO c(pid) SELECT generate_series(1,5);
-- failing
ALTER TABLE c ADD CONSTRAINT c_fk FOREIGN KEY (pid) REFERENCES p(id);
-- check
SELECT 'lost' WHERE (SELECT count(*) FROM c)<>5;

-- case: dup-rows-unique
-- cause: duplicate_rows
CREATE TABLE t (id serial PRIMARY KEY, email text); INSERT INTO t(email) VALUES ('a'),('a'),('b');
-- failing
CREATE UNIQUE INDEX t_email ON t(email);
-- check


-- case: parent-dups
-- cause: parent_not_unique
-- cannot
CREATE TABLE p (id serial PRIMARY KEY, code text, note text); INSERT INTO p(code,note) VALUES ('x','1'),('x','2');
CREATE TABLE c (id serial PRIMARY KEY, code text); INSERT INTO c(code) VALUES ('x');
-- failing
ALTER TABLE c ADD FOREIGN KEY (code) REFERENCES p(code);
-- check


-- case: sentinel-zero
-- cause: orphan_rows
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u SELECT generate_series(1,9); CREATE TABLE m (id serial PRIMARY KEY, u_id int NOT NULL DEFAULT 0); INSERT INTO m(u_id) VALUES (0),(0),(3);
-- failing
ALTER TABLE m ADD CONSTRAINT m_u FOREIGN KEY (u_id) REFERENCES u(id);
-- check


-- case: triggers-disabled
-- cause: fk_not_enforced
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u SELECT generate_series(1,9); CREATE TABLE m (id serial PRIMARY KEY, u_id int REFERENCES u(id));
INSERT INTO m(u_id) VALUES (1),(2); ALTER TABLE m DISABLE TRIGGER ALL; INSERT INTO m(u_id) VALUES (99); ALTER TABLE m ENABLE TRIGGER ALL;
-- failing
ALTER TABLE m ADD CONSTRAINT m_u2 FOREIGN KEY (u_id) REFERENCES u(id) ON DELETE CASCADE;
-- check
SELECT 'lost' WHERE (SELECT count(*) FROM m)<>3;

-- case: quoted-Users
-- cause: case_sensitive_name
CREATE TABLE "Users" ("id" serial PRIMARY KEY); INSERT INTO "Users" DEFAULT VALUES;
-- failing
CREATE TABLE posts (id serial PRIMARY KEY, user_id int REFERENCES users(id));
-- check
SELECT 'none' WHERE to_regclass('posts') IS NULL;

-- case: not-on-path
-- cause: wrong_schema_or_search_path
CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY); CREATE TABLE app.posts(id int primary key, user_id int);
-- failing
ALTER TABLE app.posts ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users(id);
-- check
SELECT 'none' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='f');

-- case: temp-parent
-- cause: partitioned_or_temporary_table
CREATE UNLOGGED TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id int, p_id int); INSERT INTO c VALUES (1,1);
-- failing
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p(id);
-- check


-- case: inherit-rows
-- cause: inherited_table
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE p2 (extra text, PRIMARY KEY (id)) INHERITS (p); INSERT INTO p VALUES (1); INSERT INTO p2 VALUES (2,'x');
CREATE TABLE c (id serial PRIMARY KEY, p_id int); INSERT INTO c(p_id) VALUES (2);
-- failing
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p(id);
-- check


-- case: inherit-no-key
-- cause: inherited_table
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE p2 (extra text) INHERITS (p); INSERT INTO p2 VALUES (2,'x');
CREATE TABLE c (id serial PRIMARY KEY, p_id int); INSERT INTO c(p_id) VALUES (2);
-- failing
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p2(id);
-- check


-- case: name-differs
-- cause: constraint_name_differs
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int CONSTRAINT "FK_p_c_77" REFERENCES p(id));
-- failing
ALTER TABLE c DROP CONSTRAINT c_p_id_foreign;
-- check


-- case: name-differs-then-add
-- cause: constraint_name_differs
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int CONSTRAINT k1 REFERENCES p(id), q_id int CONSTRAINT k2 REFERENCES q(id));
-- failing
ALTER TABLE c DROP CONSTRAINT fk_rails_abc; ALTER TABLE c ADD CONSTRAINT fk_rails_abc FOREIGN KEY (q_id) REFERENCES q(id) ON DELETE CASCADE;
-- check


-- case: truncated-name
-- cause: duplicate_constraint_name
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, a_id int, b_id int, CONSTRAINT fk_a_very_long_name_of_a_constraint_that_is_longer_than_sixty_three_a FOREIGN KEY (a_id) REFERENCES p(id));
-- failing
ALTER TABLE c ADD CONSTRAINT fk_a_very_long_name_of_a_constraint_that_is_longer_than_sixty_three_b FOREIGN KEY (b_id) REFERENCES p(id);
-- check
SELECT 'one key only' WHERE (SELECT count(*) FROM pg_constraint WHERE conrelid='c'::regclass and contype='f' AND connamespace='public'::regnamespace)<>2;

-- case: order-of-creation
-- cause: order_of_creation
CREATE TABLE x (id int);
-- failing
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers(id)); CREATE TABLE customers (id serial PRIMARY KEY, name text);
-- check
SELECT 'none' WHERE to_regclass('orders') IS NULL OR to_regclass('customers') IS NULL;

-- case: circular-create
-- cause: circular_reference
CREATE TABLE x (id int);
-- failing
CREATE TABLE a (id serial PRIMARY KEY, b_id int REFERENCES b(id)); CREATE TABLE b (id serial PRIMARY KEY, a_id int REFERENCES a(id));
-- check
SELECT 'keys' WHERE (SELECT count(*) FROM pg_constraint WHERE contype='f' AND connamespace='public'::regnamespace)<>2;

-- case: add-not-null
-- cause: not_null_without_value
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1); CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t SELECT generate_series(1,4);
-- failing
ALTER TABLE t ADD COLUMN owner_id int NOT NULL REFERENCES u(id);
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM t)<>4;

-- case: set-not-null
-- cause: not_null_without_value
-- cannot
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1); CREATE TABLE t (id serial PRIMARY KEY, u_id int REFERENCES u(id)); INSERT INTO t(u_id) VALUES (1),(NULL);
-- failing
ALTER TABLE t ALTER COLUMN u_id SET NOT NULL;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM t)<>2;

-- case: schema-usage
-- cause: permission
CREATE ROLE app_m; CREATE SCHEMA core; CREATE TABLE core.users(id int PRIMARY KEY); GRANT REFERENCES ON core.users TO app_m; CREATE SCHEMA mine AUTHORIZATION app_m;
-- failing
SET ROLE app_m; CREATE TABLE mine.c (id int, u int REFERENCES core.users(id));
-- check


-- case: drop-table-blocked
-- cause: blocked_by_dependent_fk
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id int, p_id int REFERENCES p(id)); INSERT INTO c VALUES (1,1);
-- failing
DROP TABLE p;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM c)<>1;

-- case: truncate
-- cause: blocked_by_dependent_fk
-- cannot
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id int, p_id int REFERENCES p(id)); INSERT INTO c VALUES (1,1);
-- failing
TRUNCATE p;
-- check


-- case: alter-type-parent
-- cause: blocked_by_dependent_fk
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1),(2); CREATE TABLE c (id int, p_id int CONSTRAINT c_p REFERENCES p(id) ON DELETE CASCADE); INSERT INTO c VALUES (1,1);
-- failing
ALTER TABLE p ALTER COLUMN id TYPE text USING id::text;
-- check
SELECT 'key' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='c_p' AND convalidated);

-- case: leftover-unique
-- cause: stale_constraint
CREATE TABLE aisle (id serial PRIMARY KEY); INSERT INTO aisle DEFAULT VALUES; INSERT INTO aisle DEFAULT VALUES;
CREATE TABLE ware (id serial PRIMARY KEY, name text, aisle_id int, CONSTRAINT uk_ware UNIQUE (aisle_id), CONSTRAINT fk_ware FOREIGN KEY (aisle_id) REFERENCES aisle(id)); INSERT INTO ware(name,aisle_id) VALUES ('a',1);
-- failing
INSERT INTO ware(name,aisle_id) VALUES ('b',1);
-- check


-- case: trigger-dropped-parent
-- cause: stale_parent_reference
CREATE TABLE customers (id serial PRIMARY KEY, orders_count int DEFAULT 0); INSERT INTO customers DEFAULT VALUES;
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers(id));
CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE clients SET orders_count = orders_count+1 WHERE id = NEW.customer_id; RETURN NEW; END $$;
CREATE TRIGGER bump AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION bump();
-- failing
INSERT INTO orders (customer_id) VALUES (1);
-- check


-- case: rule-swallows
-- cause: trigger_or_rule
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int REFERENCES p(id)); CREATE RULE noins AS ON INSERT TO p DO INSTEAD NOTHING;
-- failing
INSERT INTO p VALUES (1); INSERT INTO c VALUES (1,1);
-- check


-- case: rule-on-cascade
-- cause: trigger_or_rule
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int REFERENCES p(id) ON DELETE CASCADE); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1,1); CREATE RULE nodel AS ON DELETE TO c DO INSTEAD NOTHING;
-- failing
DELETE FROM p WHERE id=1;
-- check


-- case: pending-trigger
-- cause: deferred_constraint
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id int, p_id int REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED);
-- failing
BEGIN; INSERT INTO c VALUES (1,1); ALTER TABLE c ADD COLUMN note text; COMMIT;
-- check
SELECT 'col' WHERE NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid='c'::regclass and attname='note');

-- case: half-applied-column
-- cause: partial_migration
CREATE TABLE squads (id serial PRIMARY KEY); INSERT INTO squads DEFAULT VALUES; CREATE TABLE tags (id serial PRIMARY KEY, squad_id int); INSERT INTO tags DEFAULT VALUES;
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz); INSERT INTO knex_migrations(name,batch) VALUES ('1_init.js',1);
-- failing
ALTER TABLE tags ADD COLUMN squad_id int; ALTER TABLE tags ADD CONSTRAINT fk_tags FOREIGN KEY (squad_id) REFERENCES squads(id) ON DELETE CASCADE;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM tags)<>1;

-- case: half-tables
-- cause: partial_migration
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('aaa');
CREATE TABLE tokens (id int PRIMARY KEY); CREATE TABLE endpoints (id int PRIMARY KEY, token_id int REFERENCES tokens(id));
-- failing
CREATE TABLE tokens (id int PRIMARY KEY); CREATE TABLE endpoints (id int PRIMARY KEY, token_id int REFERENCES tokens(id)); CREATE TABLE tags (id int PRIMARY KEY, e int REFERENCES endpoints(id));
-- check


-- case: not-valid-retry
-- cause: invalid_or_not_validated_constraint
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1); CREATE TABLE m (id serial PRIMARY KEY, u_id int); INSERT INTO m(u_id) VALUES (1),(7); ALTER TABLE m ADD CONSTRAINT m_u FOREIGN KEY (u_id) REFERENCES u(id) NOT VALID;
-- failing
ALTER TABLE m ADD CONSTRAINT m_u FOREIGN KEY (u_id) REFERENCES u(id);
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM m)<>2;

-- case: missing-col
-- cause: missing_column
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1); CREATE TABLE m (id serial PRIMARY KEY); INSERT INTO m DEFAULT VALUES;
-- failing
ALTER TABLE m ADD CONSTRAINT m_u FOREIGN KEY (user_id) REFERENCES u(id);
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM m)<>1;

-- case: parent-missing
-- cause: parent_table_missing
-- cannot
CREATE TABLE m (id serial PRIMARY KEY, team_id int);
-- failing
ALTER TABLE m ADD CONSTRAINT m_u FOREIGN KEY (team_id) REFERENCES teams(id);
-- check


-- case: order-cols
-- cause: composite_key_mismatch
CREATE TABLE p (tenant int, id int, PRIMARY KEY (tenant,id)); INSERT INTO p VALUES (1,10),(2,20); CREATE TABLE c (tenant int, p_id int); INSERT INTO c VALUES (1,10);
-- failing
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id, tenant) REFERENCES p (tenant, id);
-- check
SELECT 'none' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='c_p');

-- case: count-differs
-- cause: composite_key_mismatch
CREATE TABLE p (tenant int, id int UNIQUE, PRIMARY KEY (tenant,id)); INSERT INTO p VALUES (1,10),(2,20); CREATE TABLE c (id serial PRIMARY KEY, p_id int); INSERT INTO c(p_id) VALUES (10);
-- failing
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p;
-- check
SELECT 'none' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='c_p');

-- case: view-type
-- cause: unsupported_alter
CREATE TABLE p (id int PRIMARY KEY, n int); CREATE VIEW v AS SELECT id,n FROM p; INSERT INTO p VALUES (1,2);
-- failing
ALTER TABLE p ALTER COLUMN n TYPE bigint;
-- check
SELECT 'v' WHERE (SELECT count(*) FROM v)<>1;

-- case: rails-versions-restored
-- cause: ledger_says_applied_but_schema_lacks_it
-- migration: 20240101000000 create_users
-- migration: 20240102000000 create_teams
CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20240101000000'),('20240102000000'); CREATE TABLE ar_internal_metadata(key varchar PRIMARY KEY, value varchar);
CREATE TABLE users (id bigserial PRIMARY KEY);
-- failing
CREATE TABLE memberships (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams(id));
-- check


-- case: prisma-failed
-- cause: partial_migration
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations(id,checksum,finished_at,migration_name) VALUES ('1','x',now(),'1_init'),('2','y',NULL,'2_teams');
CREATE TABLE teams (id serial PRIMARY KEY); CREATE TABLE users(id serial PRIMARY KEY, team_id int);
-- failing
CREATE TABLE teams (id serial PRIMARY KEY); ALTER TABLE users ADD CONSTRAINT u_t FOREIGN KEY (team_id) REFERENCES teams(id);
-- check


-- case: children-point-at-slug
-- cause: type_mismatch
CREATE TABLE shops (id int PRIMARY KEY, legacy_no int UNIQUE NOT NULL); INSERT INTO shops SELECT g, 1000+g FROM generate_series(1,9) g; CREATE TABLE sales (id serial PRIMARY KEY, shop_id int NOT NULL); INSERT INTO sales(shop_id) SELECT 1000+g FROM generate_series(1,9) g;
-- failing
ALTER TABLE sales ADD CONSTRAINT s FOREIGN KEY (shop_id) REFERENCES shops(id);
-- check
SELECT 'links' WHERE (SELECT count(*) FROM sales JOIN shops ON shops.id=shop_id)<>9;

-- case: concurrent-in-tx
-- cause: unsupported_alter
CREATE TABLE p (id int PRIMARY KEY, n int);
-- failing
BEGIN; CREATE INDEX CONCURRENTLY p_n ON p(n); COMMIT;
-- check
SELECT 'none' WHERE to_regclass('p_n') IS NULL;

-- case: delete-parent
-- cause: blocked_by_dependent_fk
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1),(2); CREATE TABLE c (id int, p_id int REFERENCES p(id)); INSERT INTO c VALUES (1,1),(2,2);
-- failing
DELETE FROM p WHERE id=1;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM c)<>2;

-- case: two-fks-one-col
-- cause: stale_constraint
CREATE TABLE staff (id int PRIMARY KEY); CREATE TABLE people (id int PRIMARY KEY); INSERT INTO staff VALUES (1),(2); INSERT INTO people VALUES (1),(2),(3);
CREATE TABLE shifts (id serial PRIMARY KEY, person_id int CONSTRAINT shifts_staff REFERENCES staff(id), CONSTRAINT shifts_people FOREIGN KEY (person_id) REFERENCES people(id)); INSERT INTO shifts(person_id) VALUES (1),(2);
-- failing
INSERT INTO shifts(person_id) VALUES (3);
-- check


-- case: drop-column-view
-- cause: unsupported_alter
-- cannot
CREATE TABLE p (id int PRIMARY KEY, n int); CREATE VIEW v AS SELECT id,n FROM p; INSERT INTO p VALUES (1,2);
-- failing
ALTER TABLE p DROP COLUMN n;
-- check


-- case: goose-exists
-- cause: schema_has_it_but_ledger_lacks_it
-- migration: 1 init
-- migration: 2 add_teams
CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now()); INSERT INTO goose_db_version(version_id,is_applied) VALUES (0,true),(1,true);
CREATE TABLE teams (id serial PRIMARY KEY, name text);
-- failing
CREATE TABLE teams (id serial PRIMARY KEY, name text);
-- check
SELECT 'ledger' WHERE NOT EXISTS (SELECT 1 FROM goose_db_version WHERE version_id=2);

-- case: liquibase-lock
-- cause: stale_migration_lock
CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL, dateexecuted timestamp NOT NULL, orderexecuted int NOT NULL, exectype varchar(10) NOT NULL, md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), contexts varchar(255), labels varchar(255), deployment_id varchar(10));
CREATE TABLE databasechangeloglock (id int PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp, lockedby varchar(255)); INSERT INTO databasechangeloglock VALUES (1,true,now(),'pod-7 (10.0.0.7)');
-- failing
DO $$ BEGIN IF (SELECT locked FROM databasechangeloglock WHERE id=1) THEN RAISE EXCEPTION 'Could not acquire change log lock. Currently locked by pod-7'; END IF; END $$;
-- check
SELECT 'locked' FROM databasechangeloglock WHERE locked;

-- case: swapped-schema-stale-view-trigger
-- cause: trigger_or_rule
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1),(2); CREATE TABLE c (id serial PRIMARY KEY, p_id int NOT NULL REFERENCES p(id) ON DELETE CASCADE); INSERT INTO c(p_id) VALUES (1),(2);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER keep BEFORE DELETE ON c FOR EACH ROW EXECUTE FUNCTION keep(); DELETE FROM p WHERE id=2;
-- failing
ALTER TABLE c ADD CONSTRAINT again FOREIGN KEY (p_id) REFERENCES p(id);
-- check
SELECT 'gone' WHERE (SELECT count(*) FROM c WHERE p_id=1)<>1;

-- case: sentinel-nullable
-- cause: orphan_rows
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u SELECT generate_series(1,9); CREATE TABLE m (id serial PRIMARY KEY, u_id int DEFAULT 0); INSERT INTO m(u_id) VALUES (0),(0),(3);
-- failing
ALTER TABLE m ADD CONSTRAINT m_u FOREIGN KEY (u_id) REFERENCES u(id);
-- check
SELECT 'lost' WHERE (SELECT count(*) FROM m)<>3;

-- case: index-name-other-table
-- cause: duplicate_constraint_name
CREATE TABLE a (id int, email text); CREATE INDEX idx_email ON a(email); CREATE TABLE b (id int, email text);
-- failing
CREATE INDEX idx_email ON b(email);
-- check


-- case: type-exists
-- cause: partial_migration
CREATE TYPE mood AS ENUM ('a','b'); CREATE TABLE t (id serial PRIMARY KEY);
-- failing
CREATE TYPE mood AS ENUM ('a','b'); ALTER TABLE t ADD COLUMN m mood;
-- check
SELECT 'col' WHERE NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid='t'::regclass AND attname='m');

-- case: drop-column-again
-- cause: partial_migration
CREATE TABLE t (id serial PRIMARY KEY, b int); CREATE TABLE u (id int PRIMARY KEY);
-- failing
ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD CONSTRAINT t_b FOREIGN KEY (b) REFERENCES u(id);
-- check
SELECT 'key' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='t_b');

-- case: column-with-data
-- cause: partial_migration
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1); CREATE TABLE t (id serial PRIMARY KEY, u_id int); INSERT INTO t(u_id) VALUES (1);
-- failing
ALTER TABLE t ADD COLUMN u_id integer; ALTER TABLE t ADD CONSTRAINT t_u FOREIGN KEY (u_id) REFERENCES u(id);
-- check
SELECT 'data' WHERE (SELECT count(u_id) FROM t)<>1;

-- case: dirty
-- cause: partial_migration
-- migration: 16_add_teams
CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (16,true); CREATE TABLE x(id int);
-- failing
DO $$ BEGIN IF (SELECT dirty FROM schema_migrations) THEN RAISE EXCEPTION 'Dirty database version 16. Fix and force version.'; END IF; END $$;
-- check
SELECT 'dirty' FROM schema_migrations WHERE dirty;

-- case: no-schema
-- cause: wrong_schema_or_search_path
CREATE TABLE public.users (id int PRIMARY KEY);
-- failing
CREATE TABLE billing.invoices (id serial PRIMARY KEY, user_id int REFERENCES public.users(id));
-- check
SELECT 'none' WHERE to_regclass('billing.invoices') IS NULL;

-- case: search-path-none
-- cause: wrong_schema_or_search_path
CREATE TABLE public.users (id int PRIMARY KEY);
-- failing
SET search_path = tenant_a; CREATE TABLE invoices (id serial PRIMARY KEY);
-- check


-- case: on-conflict-deferrable
-- cause: deferred_constraint
CREATE TABLE p (id int PRIMARY KEY, code text CONSTRAINT p_code UNIQUE DEFERRABLE INITIALLY IMMEDIATE); INSERT INTO p VALUES (1,'a');
-- failing
INSERT INTO p VALUES (2,'a') ON CONFLICT (code) DO NOTHING;
-- check


-- case: trigger-type
-- cause: unsupported_alter
CREATE TABLE p (id int PRIMARY KEY, n int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER tr BEFORE UPDATE OF n ON p FOR EACH ROW EXECUTE FUNCTION f();
-- failing
ALTER TABLE p ALTER COLUMN n TYPE bigint;
-- check
SELECT 'tr' WHERE NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname='tr');

-- case: drop-index-leaned
-- cause: blocked_by_dependent_fk
CREATE TABLE p (id serial PRIMARY KEY, code text); CREATE UNIQUE INDEX p_code ON p(code); INSERT INTO p(code) VALUES ('a'); CREATE TABLE c (id int, code text CONSTRAINT c_code REFERENCES p(code)); INSERT INTO c VALUES (1,'a');
-- failing
DROP INDEX p_code;
-- check
SELECT 'key' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='c_code' AND convalidated);

-- case: default-no-parent
-- cause: orphan_rows
CREATE TABLE teams (id int PRIMARY KEY); INSERT INTO teams VALUES (1); CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t DEFAULT VALUES;
-- failing
ALTER TABLE t ADD COLUMN team_id int NOT NULL DEFAULT 0 REFERENCES teams(id);
-- check
SELECT 'col' WHERE NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid='t'::regclass AND attname='team_id');

-- case: deferred-commit
-- cause: deferred_constraint
-- cannot
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED);
-- failing
BEGIN; INSERT INTO c VALUES (1,5); COMMIT;
-- check


-- case: rename-done
-- cause: partial_migration
CREATE TABLE clients (id int PRIMARY KEY); CREATE TABLE o (id int, c int);
-- failing
ALTER TABLE customers RENAME TO clients; ALTER TABLE o ADD CONSTRAINT o_c FOREIGN KEY (c) REFERENCES clients(id);
-- check
SELECT 'key' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='o_c');

-- case: not-enforced
-- cause: fk_not_enforced
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id serial PRIMARY KEY, p_id int, CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p(id) NOT ENFORCED); INSERT INTO c(p_id) VALUES (1),(9);
-- failing
ALTER TABLE c ALTER CONSTRAINT c_p ENFORCED;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM c)<>2;

-- case: not-enforced-validate
-- cause: fk_not_enforced
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id serial PRIMARY KEY, p_id int, CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p(id) NOT ENFORCED); INSERT INTO c(p_id) VALUES (1),(9);
-- failing
ALTER TABLE c VALIDATE CONSTRAINT c_p;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM c)<>2;

-- case: uuid-into-int-insert
-- cause: type_mismatch
CREATE TABLE users (id uuid PRIMARY KEY); INSERT INTO users VALUES ('11111111-0000-4000-8000-000000000001'); CREATE TABLE posts (id serial PRIMARY KEY, user_id int);
-- failing
INSERT INTO posts(user_id) VALUES ('11111111-0000-4000-8000-000000000001');
-- check


-- case: join-mismatch
-- cause: type_mismatch
CREATE TABLE users (id uuid PRIMARY KEY, n text); INSERT INTO users VALUES ('11111111-0000-4000-8000-000000000001','a'); CREATE TABLE posts (id serial PRIMARY KEY, user_id text); INSERT INTO posts(user_id) SELECT id::text FROM users;
-- failing
SELECT u.n FROM posts p JOIN users u ON u.id = p.user_id;
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM posts)<>1;

-- case: two-tenants-schema
-- cause: permission
CREATE ROLE mig LOGIN; CREATE TABLE public.owners (id int PRIMARY KEY); CREATE TABLE public.pets (id int, owner_id int); ALTER TABLE public.pets OWNER TO mig; GRANT SELECT ON public.owners TO mig;
-- failing
SET ROLE mig; ALTER TABLE public.pets ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES public.owners(id);
-- check


-- case: create-in-public
-- cause: permission
CREATE ROLE app15 LOGIN;
-- failing
SET ROLE app15; CREATE TABLE notes (id serial PRIMARY KEY);
-- check


-- case: check-violates-old
-- cause: stale_constraint
CREATE TABLE o (id serial PRIMARY KEY, status text, CONSTRAINT o_status_check CHECK (status IN ('new','paid')), CONSTRAINT o_status_check_v2 CHECK (status IN ('new','paid','sent'))); INSERT INTO o(status) VALUES ('new');
-- failing
INSERT INTO o(status) VALUES ('sent');
-- check


-- case: forgotten-notnull
-- cause: stale_constraint
CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1); CREATE TABLE p (id serial PRIMARY KEY, "userId" int NOT NULL, user_id int REFERENCES u(id)); INSERT INTO p("userId",user_id) VALUES (1,1);
-- failing
INSERT INTO p(user_id) VALUES (1);
-- check


-- case: self-ref-orphan
-- cause: orphan_rows
CREATE TABLE cat (id int PRIMARY KEY, parent_id int); INSERT INTO cat VALUES (1,NULL),(2,1),(3,77);
-- failing
ALTER TABLE cat ADD CONSTRAINT cat_p FOREIGN KEY (parent_id) REFERENCES cat(id);
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM cat)<>3;

-- case: composite-orphans
-- cause: orphan_rows
CREATE TABLE p (t int, id int, PRIMARY KEY (t,id)); INSERT INTO p VALUES (1,1); CREATE TABLE c (id serial PRIMARY KEY, t int NOT NULL, p_id int); INSERT INTO c(t,p_id) VALUES (1,1),(1,2);
-- failing
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (t,p_id) REFERENCES p(t,id);
-- check


-- case: partition-fk-unique-missing
-- cause: partitioned_or_temporary_table
-- cannot
CREATE TABLE ev (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
-- failing
ALTER TABLE ev ADD CONSTRAINT ev_pk PRIMARY KEY (id);
-- check


-- case: no-partition
-- cause: partitioned_or_temporary_table
CREATE TABLE ev (id bigint, at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE ev_23 PARTITION OF ev FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
-- failing
INSERT INTO ev VALUES (1,'2024-05-05');
-- check


-- case: temp-child
-- cause: partitioned_or_temporary_table
-- cannot
CREATE TABLE p (id int PRIMARY KEY);
-- failing
CREATE TEMP TABLE c (id int REFERENCES p(id));
-- check


-- case: drop-pk-index-type
-- cause: missing_column
CREATE TABLE users (id serial PRIMARY KEY); CREATE TABLE posts (id serial PRIMARY KEY, author int);
-- failing
CREATE INDEX posts_user ON posts(user_id);
-- check


-- case: view-parent
-- cause: parent_not_a_table
CREATE TABLE base (id int PRIMARY KEY, a bool); CREATE VIEW act AS SELECT id,a FROM base WHERE a; INSERT INTO base VALUES (1,true); CREATE TABLE c (id int, b int); INSERT INTO c VALUES (1,1);
-- failing
ALTER TABLE c ADD CONSTRAINT c_b FOREIGN KEY (b) REFERENCES act(id);
-- check


-- case: pk-nulls
-- cause: not_null_without_value
-- cannot
CREATE TABLE t (id int, n text); INSERT INTO t VALUES (1,'a'),(NULL,'b');
-- failing
ALTER TABLE t ADD PRIMARY KEY (id);
-- check
SELECT 'rows' WHERE (SELECT count(*) FROM t)<>2;

-- case: derive-not-null
-- cause: not_null_without_value
CREATE TABLE org (id int PRIMARY KEY); INSERT INTO org VALUES (1),(2); CREATE TABLE proj (id int PRIMARY KEY, org_id int NOT NULL REFERENCES org(id)); INSERT INTO proj VALUES (10,1),(20,2); CREATE TABLE task (id serial PRIMARY KEY, proj_id int NOT NULL REFERENCES proj(id)); INSERT INTO task(proj_id) VALUES (10),(20);
-- failing
ALTER TABLE task ADD COLUMN org_id int NOT NULL REFERENCES org(id);
-- check
SELECT 'bad' FROM task t JOIN proj p ON p.id=t.proj_id WHERE p.org_id<>t.org_id; SELECT 'null' FROM task WHERE org_id IS NULL;

-- case: update-parent-key
-- cause: blocked_by_dependent_fk
CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p(id)); INSERT INTO c VALUES (1,1);
-- failing
UPDATE p SET id=100 WHERE id=1;
-- check


-- case: case-constraint
-- cause: case_sensitive_name
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int CONSTRAINT "FK_c_p" REFERENCES p(id));
-- failing
ALTER TABLE c DROP CONSTRAINT FK_c_p;
-- check


-- case: dup-constraint-other
-- cause: duplicate_constraint_name
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int CONSTRAINT fk1 REFERENCES p(id), q_id int);
-- failing
ALTER TABLE c ADD CONSTRAINT fk1 FOREIGN KEY (q_id) REFERENCES q(id);
-- check
SELECT 'keys' WHERE (SELECT count(*) FROM pg_constraint WHERE conrelid='c'::regclass AND contype='f')<>2;

-- case: same-key-other-action
-- cause: duplicate_constraint_name
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int CONSTRAINT fk1 REFERENCES p(id));
-- failing
ALTER TABLE c ADD CONSTRAINT fk1 FOREIGN KEY (p_id) REFERENCES p(id) ON DELETE CASCADE;
-- check
SELECT 'action' WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='fk1' AND confdeltype='c');
