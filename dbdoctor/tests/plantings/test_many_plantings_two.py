"""The same for two thousand schemas and faults, half of them here: --dist loadfile gives each file to one worker."""

from pathlib import Path

import pytest
from plantings.faults import FAULTS
from plantings.planting import examined_in_health, healed

from dbdoctor.embedded import Server

pytestmark = pytest.mark.long
NUMBERS = range(51, 99)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_cured_and_taken_back(server: Server, tmp_path: Path, fault: str, number: int) -> None:
    healed(server, fault, number, tmp_path)


@pytest.mark.parametrize("number", range(NUMBERS.start * 10, NUMBERS.start * 10 + 200))
def test_a_healthy_schema_raises_no_alarm(server: Server, number: int) -> None:
    assert examined_in_health(server, number) == []
