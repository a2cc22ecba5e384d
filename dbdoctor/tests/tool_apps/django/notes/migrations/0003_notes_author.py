"""notes author."""

from django.db import migrations, models  # type: ignore[import-untyped]  # Django brings no types


class Migration(migrations.Migration):  # type: ignore[misc]  # its base is untyped
    dependencies = [("notes", "0002_notes")]  # noqa: RUF012 -- Django's own form
    operations = [  # noqa: RUF012 -- Django's own form
        migrations.AlterField(
            model_name="note", name="author", field=models.ForeignKey("notes.User", models.DO_NOTHING, null=True, db_column="author_id")
        ),
    ]
