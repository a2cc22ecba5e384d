"""A third schema for each fault, in a file of its own, so that two workers share the plantings."""

from pathlib import Path

import pytest
from plantings.faults import FAULTS
from plantings.planting import healed

from dbdoctor.embedded import Server


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_cured_and_taken_back(server: Server, tmp_path: Path, fault: str) -> None:
    healed(server, fault, 2, tmp_path)
