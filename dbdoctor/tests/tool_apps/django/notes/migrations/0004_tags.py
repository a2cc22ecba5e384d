"""tags."""

from django.db import migrations, models  # type: ignore[import-untyped]  # Django brings no types


class Migration(migrations.Migration):  # type: ignore[misc]  # its base is untyped
    dependencies = [("notes", "0003_notes_author")]  # noqa: RUF012 -- Django's own form
    operations = [  # noqa: RUF012 -- Django's own form
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.IntegerField(primary_key=True)),
                ("note", models.ForeignKey("notes.Note", models.DO_NOTHING, null=True)),
                ("word", models.TextField(null=True, db_index=True)),
            ],
            options={"db_table": "tags"},
        ),
    ]
