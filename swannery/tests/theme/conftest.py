import jinja2
import pytest

from swannery.theme.environment import make_environment
from swannery.theme.static_files import StaticFiles, theme_static_files


@pytest.fixture(scope="session")
def static() -> StaticFiles:
    return theme_static_files(site_name="Northside")


@pytest.fixture(scope="session")
def environment(static: StaticFiles) -> jinja2.Environment:
    return make_environment(template_folders={}, static=static)
