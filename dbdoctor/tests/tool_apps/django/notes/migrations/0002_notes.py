"""notes."""

from django.db import migrations, models  # type: ignore[import-untyped]  # Django brings no types


class Migration(migrations.Migration):  # type: ignore[misc]  # its base is untyped
    dependencies = [("notes", "0001_users")]  # noqa: RUF012 -- Django's own form
    operations = [  # noqa: RUF012 -- Django's own form
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.IntegerField(primary_key=True)),
                ("body", models.TextField()),
                ("author", models.UUIDField(null=True, db_column="author_id")),
            ],
            options={"db_table": "notes"},
        ),
    ]
