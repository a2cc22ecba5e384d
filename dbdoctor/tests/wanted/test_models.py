"""Models of every kind, read for the keys they want; bad ones refused with what to do."""

import sys
from pathlib import Path

import pytest

from dbdoctor.errors import UsageError
from dbdoctor.model import Reference, TableName
from dbdoctor.wanted.models import read_models
from dbdoctor.wanted.models.app_python import python_of

PRISMA = """
// a schema { with a brace in a comment
generator client { provider = "prisma-client-js" }
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL") // "quoted"
}
enum Role { USER ADMIN }
model User {
  id     Int    @id @default(autoincrement())
  name   String @default("a // b } c")
  posts  Post[]
  links  Link[]
  @@map("users")
}
model Post {
  id       BigInt  @id // } once it was
  // editor User @relation(fields: [editorId], references: [id])
  /* and before that
     writer User @relation(fields: [writerId], references: [id]) } */
  authorId Int?    @map("author_id")
  author   User?   @relation(fields: [authorId],
    references: [id], map: "post_author")
  editorId String  @db.VarChar(36)
  @@index([authorId])
}
model Link {
  shop   Int
  item   Int
  userId Int
  user   User @relation("owner", fields: [userId], references: [id], onDelete: Cascade, onUpdate: NoAction)
  target Item @relation(fields: [shop, item], references: [shopId, id])
  @@id([shop, item])
}
model Item {
  shopId Int @map("shop_id")
  id     Int
  links  Link[]
  @@id([shopId, id])
  @@map(name: "items")
  @@schema("store")
}
"""
ALCHEMY = """
from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, Integer, MetaData, Table, Uuid
print("modules print when they are imported")
metadata = MetaData()
Table("users", metadata, Column("id", Integer, primary_key=True))
Table("orders", metadata, Column("id", Integer, primary_key=True),
      Column("user_id", Uuid, ForeignKey("users.id", ondelete="SET NULL", name="orders_user")),
      Column("lost_id", BigInteger, ForeignKey("elsewhere.nowhere.id")), schema="shop")
Table("pairs", metadata, Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True))
Table("links", metadata, Column("x", Integer), Column("y", Integer), ForeignKeyConstraint(["x", "y"], ["pairs.a", "pairs.b"]))
class Base:
    metadata = metadata
nothing = 3
"""
DJANGO = """
from django.db import models
class Trainer(models.Model):
    pass
class Session(models.Model):
    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE)
    seen_by = models.ManyToManyField(Trainer, related_name="seen")
    soft = models.ForeignKey(Trainer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
class Foreign(models.Model):
    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE)
    class Meta:
        managed = False
class Named(models.Model):
    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True, db_column="the session")
    class Meta:
        db_table = '"shop"."named ones"'
"""
SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["gym"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x"}}
"""
SQL = r"""
\restrict abc
SET search_path = public;
CREATE TABLE public.users (id integer NOT NULL, CONSTRAINT users_pkey PRIMARY KEY (id));
CREATE TABLE orders (id serial PRIMARY KEY, "userId" uuid REFERENCES users (id) ON DELETE CASCADE, a int, b int,
  CONSTRAINT both FOREIGN KEY (a, b) REFERENCES pairs (x, y));
COPY public.users (id) FROM stdin;
1; DROP TABLE users;
\.
ALTER TABLE ONLY public.carts ADD CONSTRAINT carts_user FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE CASCADE;
"""


def told(reference: Reference) -> str:
    left, right = ", ".join(reference.columns), ", ".join(reference.parent_columns)
    actions = f"{reference.on_delete}/{reference.on_update}"
    return f"{reference.child} ({left}) -> {reference.parent} ({right}) {actions} {reference.constraint} {reference.column_type}".rstrip()


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_prisma_schema_is_read_with_its_mapped_names_and_default_actions(tmp_path: Path) -> None:
    schema = write(tmp_path, "schema.prisma", PRISMA)
    assert [told(one) for one in read_models(str(schema))] == [
        "Post (author_id) -> users (id) SET NULL/CASCADE post_author integer",
        "Link (userId) -> users (id) CASCADE/NO ACTION  integer",
        "Link (shop, item) -> store.items (shop_id, id) RESTRICT/CASCADE",
    ]


def test_a_prisma_schema_may_be_spread_over_a_folder(tmp_path: Path) -> None:
    head, rest = PRISMA.split("model Post")
    write(tmp_path, "schema/main.prisma", head)
    write(tmp_path, "schema/models/post.prisma", "model Post" + rest)
    assert len(read_models(str(tmp_path / "schema"))) == 3


def test_metadata_of_sqlalchemy_is_read_even_where_a_parent_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "shop/tables.py", ALCHEMY)
    expected = [
        "links (x, y) -> pairs (a, b) NO ACTION/NO ACTION  INTEGER",
        "shop.orders (lost_id) -> elsewhere.nowhere (id) NO ACTION/NO ACTION  BIGINT",
        "shop.orders (user_id) -> users (id) SET NULL/NO ACTION orders_user UUID",
    ]
    for source in ("shop.tables:metadata", "shop.tables:Base", "shop.tables:Base.metadata"):
        assert sorted(told(one) for one in read_models(source, cwd=tmp_path)) == expected


def test_what_is_imported_for_models_is_not_imported_here(tmp_path: Path) -> None:
    write(tmp_path, "only_there.py", "from sqlalchemy import MetaData\nmetadata = MetaData()")
    assert read_models("only_there:metadata", cwd=tmp_path) == ()
    assert "only_there" not in sys.modules


def test_the_app_s_own_python_is_asked(tmp_path: Path) -> None:
    assert python_of(tmp_path).name.startswith("python")
    own = tmp_path / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to(sys.executable)
    assert python_of(tmp_path) == own


def test_models_of_django_are_read_by_their_settings(tmp_path: Path) -> None:
    write(tmp_path, "conf/settings.py", SETTINGS)
    write(tmp_path, "gym/__init__.py", "")
    write(tmp_path, "gym/models.py", DJANGO)
    assert sorted(told(one) for one in read_models("django:conf.settings", cwd=tmp_path)) == [
        "gym_session (trainer_id) -> gym_trainer (id) NO ACTION/NO ACTION  bigint",
        "gym_session_seen_by (session_id) -> gym_session (id) NO ACTION/NO ACTION  bigint",
        "gym_session_seen_by (trainer_id) -> gym_trainer (id) NO ACTION/NO ACTION  bigint",
        "shop.named ones (the session) -> gym_session (id) NO ACTION/NO ACTION  bigint",
    ]


def test_a_schema_in_sql_is_read_with_orders_of_psql_and_rows_in_it(tmp_path: Path) -> None:
    found = read_models(str(write(tmp_path, "structure.sql", SQL)))
    assert [told(one) for one in found] == [
        "orders (userId) -> users (id) CASCADE/NO ACTION",
        "orders (a, b) -> pairs (x, y) NO ACTION/NO ACTION both",
        "public.carts (user_id) -> public.users (id) NO ACTION/CASCADE carts_user",
    ]
    assert found[2].child == TableName("public", "carts")


@pytest.mark.parametrize(
    ("source", "text", "words"),
    [
        ("schema.prisma", None, "cannot be read: No such file"),
        ("schema.prisma", "\0\1\2", "is no text"),
        ("schema.prisma", "hello", "holds no model"),
        ("schema.prisma", "model A {\n id Int\n", "line 1: the block A does not end"),
        ("schema.prisma", "model A {\n id Int @relation(fields: [x\n}", "a bracket is not closed"),
        ("schema.prisma", "model A {\n b B @relation(fields: [bId], references: [id])\n}", "the relation A.b"),
        ("schema.prisma", "model A {\n id Int\n b A @relation(fields: [bId], references: [id])\n}", "names bId, which is no field"),
        ("schema.prisma", "model A {\n ???\n}", "has a line '???'"),
        ("schema.prisma", 'datasource db {\n provider = "mysql"\n}\nmodel A {\n id Int\n}', "is for mysql"),
        ("schema.prisma", 'datasource db {\n provider = "postgresql"\n relationMode = "prisma"\n}', "wants no foreign keys"),
        ("schema.sql", None, "cannot be read"),
        ("schema.sql", "\xff\0", "is no text"),
        ("schema.sql", "dear diary", "holds no statement"),
        ("nowhere:metadata", "", "cannot be imported: ModuleNotFoundError"),
        ("shop:nothing", ALCHEMY, "is no MetaData and has none, it is a int"),
        ("shop:missing", ALCHEMY, "has no attribute 'missing'"),
        ("shop:metadata", "raise SystemExit(3)", "cannot be imported"),
        ("shop:metadata", "import os; os._exit(0)", "it printed nothing"),
        ("django:nowhere.settings", "", "cannot be imported: ModuleNotFoundError"),
        ("django:not a name", "", "is no name of a settings module"),
        ("models.rb", "", "in no form that dbdoctor knows"),
        ("a b:c", "", "in no form that dbdoctor knows"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_what_to_do(source: str, text: str | None, words: str, tmp_path: Path) -> None:
    is_file = source.startswith("schema")
    if text is not None:
        write(tmp_path, source if is_file else "shop.py", text)
    with pytest.raises(UsageError) as refused:
        read_models(str(tmp_path / source) if is_file else source, cwd=tmp_path)
    assert words in refused.value.message
    assert refused.value.next_step
