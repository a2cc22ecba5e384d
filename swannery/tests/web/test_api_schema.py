"""Whatever the API's description allows, and much that it does not, is answered as described: no 5xx, no surprise, whoever asks."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from served import Served, served
from town import Town, copy_of, open_town
from world import populate

from dbdoctor.embedded import Server
from swannery.config import Config

EXAMPLES = 12
OPERATIONS = 92
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, negative_data_rejection]


@pytest.fixture(scope="module")
def place(server: Server, built_town: tuple[str, Config], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    async def fill(url: str) -> None:
        async with open_town(url, built_town[1]) as town:
            await populate(town)
            await grow(town)

    with copy_of(server, built_town[0]) as url:
        asyncio.run(fill(url))
        with served(url=url, config=built_town[1], folder=tmp_path_factory.mktemp("served")) as running:
            running.start()
            yield running


async def grow(town: Town) -> None:
    """Limits are not what is tried here."""
    await town.sql("DELETE FROM swannery.throttles")


@pytest.mark.parametrize("who", ["member", "blocked", None])
def test_every_operation_answers_as_it_is_described(place: Served, who: str | None) -> None:
    headers = {"authorization": f"Bearer {place.sign_in(who)}"} if who else {}
    schema = schemathesis.openapi.from_url(f"{place.address}/api/v1/openapi.json")
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr] # a description that is invalid has none, and fails here
        if operation.label == "DELETE /api/v1/session":
            continue  # it would sign out whoever asks; its own test is in test_signing_in
        tried += 1

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
        @given(case=operation.as_strategy())
        def asked(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        asked()
    assert tried == OPERATIONS - 1


def test_the_description_itself_is_openapi_3_1(place: Served) -> None:
    description = httpx.get(f"{place.address}/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert {path for path in description["paths"] if not path.startswith("/api/v1/")} == set()
