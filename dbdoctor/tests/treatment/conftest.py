from pathlib import Path

import pytest
from treatment.workshop import Workshop, open_workshop


@pytest.fixture
def workshop(any_database_url: str, tmp_path: Path) -> Workshop:
    """The workshop on each of the two servers in turn."""
    return open_workshop(url=any_database_url, folder=tmp_path)


@pytest.fixture
def one_workshop(empty_database_url: str, tmp_path: Path) -> Workshop:
    """The workshop on the newer server only, where the server's version makes no difference."""
    return open_workshop(url=empty_database_url, folder=tmp_path)
