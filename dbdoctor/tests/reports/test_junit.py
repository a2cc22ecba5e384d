"""JUnit XML as every CI server reads it."""

import xml.etree.ElementTree as ET

import pytest
from reports.cases import NASTY, diagnosis, finding

from dbdoctor.doctor import Diagnosis
from dbdoctor.findings import Finding, Side, Subject
from dbdoctor.reports.rendering import diagnosis as render

COUNTS = {"tests", "failures", "errors", "skipped", "time", "name"}


def read(found: Diagnosis) -> ET.Element:
    return ET.fromstring(render(found, "junit"))  # noqa: S314 - what we wrote ourselves


@pytest.mark.parametrize("text", [*NASTY, "orders", "]]>&<\"'", "\ufffe\ud7ff"])
def test_it_is_xml_of_the_known_structure_whatever_names_are_in_it(text: str) -> None:
    root = read(diagnosis(text))
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) >= COUNTS
        cases = list(suite)
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
        for case in cases:
            assert case.tag == "testcase"
            assert set(case.attrib) == {"classname", "name", "time"}


def test_what_blocks_is_a_failure_and_the_rest_passes_with_its_words() -> None:
    side = Side(schema="public", table="orders", columns=("userId",))
    risk = Finding(cause="unindexed_foreign_key", severity="advice", subject=Subject(child=side))
    root = read(Diagnosis(dialect="postgresql", database="shop", findings=(finding("orders"), risk)))
    first, second = root[0]
    failure = first.find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "type_mismatch"
    assert "no key can compare them" in failure.attrib["message"]
    assert "SELECT orders" in str(failure.text)
    assert second.find("failure") is None
    assert str(second.findtext("system-out")).startswith("advice: ")
    assert second.attrib["name"] == "2. unindexed_foreign_key: orders.userId"


def test_a_healthy_database_is_one_case_that_passes() -> None:
    root = read(Diagnosis(dialect="postgresql", database="shop", findings=()))
    assert (root.attrib["tests"], root.attrib["failures"], len(root[0])) == ("1", "0", 1)
