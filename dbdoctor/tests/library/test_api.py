"""`import dbdoctor`: typed functions, and errors of the doctor only."""

import inspect as introspection
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from patients import Patient
from psycopg import conninfo

import dbdoctor
from dbdoctor.library import refusal_of

TROUBLE = 'CREATE TABLE trainers (id integer PRIMARY KEY); CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" uuid)'
WANTED = dbdoctor.Wanted(wishes=("lessons.trainerId -> trainers.id",))


def test_every_name_that_is_promised_is_there() -> None:
    missing = [name for name in dbdoctor.__all__ if getattr(dbdoctor, name, None) is None]
    assert missing == []
    assert set(dbdoctor.__all__) <= set(dir(dbdoctor))


def test_a_name_that_is_not_promised_is_refused_as_usual() -> None:
    with pytest.raises(AttributeError, match="no attribute 'heal'"):
        getattr(dbdoctor, "heal")  # noqa: B009 - a type checker would not let it pass


def test_functions_tell_what_they_take() -> None:
    assert {"url", "wanted", "command"} <= set(introspection.signature(dbdoctor.diagnose).parameters)
    assert introspection.getdoc(dbdoctor.diagnose)


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys, dbdoctor; print(any(n in sys.modules for n in ('psycopg', 'sqlglot', 'rich', 'msgspec')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_diagnosis_is_data_that_can_be_rendered(patient: Patient) -> None:
    patient.run(TROUBLE)
    found = dbdoctor.diagnose(url=patient.url, wanted=WANTED)
    assert [finding.cause for finding in found.findings] == ["type_mismatch"]
    assert "no key can compare them" in dbdoctor.describe(found.findings[0])
    assert 'class="map' in dbdoctor.render(found, "html", url=patient.url)
    assert '"2.1.0"' in dbdoctor.render(found, "sarif")
    assert dbdoctor.render(found).startswith("{")


def test_a_form_that_it_cannot_have_is_refused(patient: Patient) -> None:
    found = dbdoctor.diagnose(url=patient.url)
    with pytest.raises(dbdoctor.UsageError):
        dbdoctor.render(found, "text")


def test_an_error_is_explained(patient: Patient) -> None:
    assert patient.url
    found = dbdoctor.explain('relation "users" does not exist')
    assert found is not None
    assert (found.code, found.causes[0]) == ("relation_missing", "parent_table_missing")


def test_a_right_that_is_missing_is_the_doctor_s_own_error(patient: Patient) -> None:
    patient.run("DROP ROLE IF EXISTS blind; CREATE ROLE blind LOGIN; CREATE TABLE secrets (id int); REVOKE ALL ON secrets FROM blind")
    try:
        url = with_user(patient.url, "blind")
        with pytest.raises(dbdoctor.DoctorError) as refused:
            dbdoctor.inspect(url=url)
        assert refused.value.kind == "permission"
        assert "permission denied" in refused.value.message
        assert refused.value.next_step
        assert isinstance(refused.value.__cause__, psycopg.Error)
    finally:
        patient.run("DROP ROLE blind")


def with_user(url: str, user: str) -> str:
    parts = conninfo.conninfo_to_dict(url)
    return f"postgresql://{user}@/{parts['dbname']}?host={parts['host']}&port={parts['port']}"


def test_nobody_there_is_the_doctor_s_own_error(tmp_path: Path) -> None:
    with pytest.raises(dbdoctor.DoctorError) as refused:
        dbdoctor.diagnose(url=f"postgresql://nobody@/none?host={tmp_path}")
    assert refused.value.kind == "connection"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.InsufficientPrivilege("no"), "permission"),
        (psycopg.errors.AdminShutdown("bye"), "connection"),
        (psycopg.OperationalError("the connection is lost"), "connection"),
        (psycopg.errors.UndefinedTable("gone meanwhile"), "failed"),
    ],
)
def test_every_error_of_the_driver_has_a_kind(error: psycopg.Error, kind: str) -> None:
    assert refusal_of(error).kind == kind


def test_a_password_in_the_driver_s_words_is_hidden() -> None:
    told = refusal_of(psycopg.OperationalError("failed for postgresql://app:hunter2@db/shop"))
    assert "hunter2" not in told.message
