"""Apps that are deployed on for each test anew."""

from pathlib import Path

import pytest
from followed import NewSite, Site
from host_apps import app_sql, run_sql

from swannery.deployment import DeployRequest, deploy


@pytest.fixture
def new_site(empty_database_url: str, tmp_path: Path) -> NewSite:
    def made(kind: str = "integer", *, link: str = "foreign_key", sql: str = "") -> Site:
        run_sql(empty_database_url, app_sql(kind) + sql)
        path = tmp_path / "swannery.toml"
        if link == "soft":
            path.write_text(
                '[users]\nlink = "soft"\ntable = "users"\nid = "id"\nkey_type = "integer"\nhandle = "username"\nname = ["full_name"]\n'
                'role = "role"\nactive = "is_active"\n[users.roles]\nadmin = ["admin"]\ntrainer = ["trainer"]\n',
                encoding="utf-8",
            )
        result = deploy(DeployRequest(url=empty_database_url, config_path=path))
        return Site(empty_database_url, result.config.users)

    return made
