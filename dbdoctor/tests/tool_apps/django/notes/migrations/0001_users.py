"""users."""

from django.db import migrations, models  # type: ignore[import-untyped]  # Django brings no types


class Migration(migrations.Migration):  # type: ignore[misc]  # its base is untyped
    dependencies: list[tuple[str, str]] = []  # noqa: RUF012 -- Django's own form
    operations = [  # noqa: RUF012 -- Django's own form
        migrations.CreateModel(
            name="User",
            fields=[("id", models.UUIDField(primary_key=True)), ("email", models.TextField())],
            options={"db_table": "users"},
        ),
    ]
