"""The office, one for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from catalog.vault import Vault
from search_api.identity.identify import Identifier
from search_api.sign_in.configured import configured_sign_in
from tests.search_api.company import company
from tests.search_api.serving import serving
from tests.search_api.sign_in.office import Office, configured
from tests.support.identity_provider import serving_provider


@pytest.fixture(scope="module")
def opened() -> Iterator[Office]:
    made_up = company()
    with serving_provider() as provider, ExitStack() as browsers:
        flow = configured_sign_in(configured(provider.issuer), Vault(b"k" * 32))
        identifier = Identifier(admins=frozenset({"group:it"}), people_sign_in=True)
        with serving(made_up.backend, identifier=identifier, sign_in=flow) as address:
            yield Office(address, made_up, provider, browsers)


@pytest.fixture
def office(opened: Office) -> Office:
    """With a provider that behaves; nobody is signed in."""
    opened.provider.behave()
    opened.company.sign_ins.clear()
    return opened
