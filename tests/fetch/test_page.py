"""The page on fetching says what is so."""

import shlex

from pipelines.fetch.services.registry import SERVICES
from tests.run.tool import retorsion
from tests.test_docs import DOCS, WORD, blocks, commands, prose_of

PAGE = DOCS / "fetching.md"


def test_addresses_of_the_page_are_those_that_would_be_asked() -> None:
    shown = [command for block in blocks(PAGE) for command in commands(block)]

    assert len(shown) == 3
    for command in shown:
        assert retorsion(*shlex.split(command.typed)[1:]).out == command.shown, command.typed


def test_page_names_every_service_and_key() -> None:
    told = set(WORD.findall(prose_of(PAGE)))
    keys = {service.key_variable for service in SERVICES.values() if service.key_variable}

    assert sorted({*SERVICES, *keys} - told) == []
