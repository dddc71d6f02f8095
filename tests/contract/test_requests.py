"""What goes out on each route, field by field; and that every wish has a place in it."""

import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cavendish.catalog.file import catalog
from cavendish.catalog.route import Offer
from cavendish.credential import Credential
from cavendish.wire import Asked, WireRequest
from cavendish.wire.auth import headers
from cavendish.wire.codecs import CODECS
from tests.contract.calling import KEY, Case, Made, wish
from tests.contract.goldens import FOLDER, Golden, goldens, read

OFFERS = [(route, model, offer) for route, entry in catalog().routes.items() for model, offer in entry.models.items()]
#: All requests are refused here, so that nothing has to be drawn.
CASES = {Case(golden.call, "400"): golden for golden in goldens()}
#: What every request has besides, whatever it asks for.
ALWAYS = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"}


def prepared(route: str, model: str, size: str, ratio: str, level: str | None) -> WireRequest:
    entry = catalog().routes[route]
    call = wish(route, model, size, ratio, thinking=level)
    return CODECS[entry.dialect].request(Asked.of(call, "a heron", catalog()))


def shown(golden: Golden) -> set[str]:
    return set(headers(catalog().routes[golden.route].auth, Credential(KEY)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(CASES[case]))
def test_a_request_arrives_as_it_is_written_down(made: Callable[[Case], Made], case: Case) -> None:
    golden, came = CASES[case], made(case)

    assert came.request["body"] == golden.said(came.prompt)
    assert (came.request["method"], came.request["path"]) == ("POST", urlsplit(golden.url).path)
    assert came.request["query"] == {}
    assert came.request["headers"].items() >= ALWAYS.items()


@pytest.mark.parametrize("golden", goldens(), ids=str)
def test_it_goes_to_the_providers_own_address_with_the_key_in_one_header(golden: Golden) -> None:
    entry = catalog().routes[golden.route]
    request = CODECS[entry.dialect].request(Asked.of(golden.call, "a heron", catalog()))

    assert request.url(entry.base_url) == golden.url
    assert (shown(golden), request.headers) == ({golden.header}, {})


def test_each_model_of_each_route_is_written_down_with_its_source() -> None:
    assert {(golden.route, golden.call.model) for golden in goldens()} == {(route, model) for route, model, _ in OFFERS}
    assert {path.stem for path in FOLDER.glob("*.json")} == set(catalog().routes)
    assert all(len(read(route)["source"]) > 20 for route in catalog().routes)


@pytest.mark.parametrize(("route", "model", "offer"), OFFERS, ids=lambda one: one if isinstance(one, str) else "")
def test_no_wish_is_dropped_each_makes_another_request(route: str, model: str, offer: Offer) -> None:
    levels: tuple[Any, ...] = (None, *offer.thinking)
    wishes = list(itertools.product(offer.sizes, offer.ratios, levels))
    told = [prepared(route, model, *one) for one in wishes]

    assert len({(one.path, str(one.body)) for one in told}) == len(wishes)
