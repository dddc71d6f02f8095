"""What each failure that the model server knows comes to, in every dialect: the same, unless a reason says why not."""

from collections.abc import Callable

import pytest

from cavendish.outcome import Billed
from tests.contract.calling import KEY, Case, Made
from tests.contract.failures import CASES, DOORS, EXPECTED, differences, named_doors
from tests.contract.marks import UNKNOWN, WAITS

#: Costs are to a millionth.
CENT_THOUSANDTH = 1e-5


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_failure_has_its_outcome_and_its_price(made: Callable[[Case], Made], case: Case) -> None:
    came = made(case)
    said, result = came.result.report, came.result
    assert f"{said.outcome} {said.billed}" == EXPECTED[case], said.detail
    assert (result.image is not None) is (came.stored is not None) is (said.outcome == "ok")
    assert KEY not in result.model_dump_json()
    assert "upstream" in result.timings

    if said.billed is Billed.NO:
        assert (result.cost_usd, result.estimated, came.billed["billed_usd"]) == (0, False, pytest.approx(0))
    elif said.billed is Billed.UNKNOWN:
        assert (result.cost_usd > 0, result.estimated) == (True, True)
    elif said.outcome != "wrong_size":  # who counts nothing is reckoned by what was asked, not by what came
        assert result.estimated or result.cost_usd >= came.billed["billed_usd"] - CENT_THOUSANDTH
        assert result.image is None or result.estimated or result.cost_usd == pytest.approx(came.owed, abs=1e-5)


@pytest.mark.parametrize("case", [case for case in CASES if case.answer in WAITS], ids=str)
def test_a_delay_that_is_asked_for_is_passed_on(made: Callable[[Case], Made], case: Case) -> None:
    assert made(case).result.report.retry_after_s == WAITS[case.answer].get(case.call.route, 2)


@pytest.mark.parametrize("case", [case for case in CASES if case.answer in UNKNOWN], ids=str)
def test_what_no_table_has_is_marked(made: Callable[[Case], Made], case: Case) -> None:
    assert made(case).result.report.unknown == UNKNOWN[case.answer].get(case.call.route, "")


def test_each_difference_between_dialects_has_its_reason() -> None:
    assert all(len(reason) > 20 for _, reason in differences())
    assert named_doors() <= DOORS.keys()
