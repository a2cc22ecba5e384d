"""Random healthy schemas, one random fault each: found, cured, taken back; and no alarm where nothing is wrong."""

from pathlib import Path

import pytest
from plantings.faults import FAULTS
from plantings.planting import examined_in_health, healed

from dbdoctor.embedded import Server

NUMBERS = range(2)  # the third of each is in test_more_plantings.py: each file goes to one worker


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_cured_and_taken_back(server: Server, tmp_path: Path, fault: str, number: int) -> None:
    healed(server, fault, number, tmp_path)


@pytest.mark.parametrize("number", range(12))
def test_a_healthy_schema_raises_no_alarm(server: Server, number: int) -> None:
    assert examined_in_health(server, number) == []
