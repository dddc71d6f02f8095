"""What the articles' decision tables say: each table's answers, whose row goes first, and where they disagree."""

import json
from itertools import product
from typing import Any, get_args

import pytest

from cavendish.advice.articles import articles
from cavendish.advice.recommend import Recommendation, recommend
from cavendish.advice.rules import FIELDS, Need, Scene, Use, parse_query, rules
from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.errors import QueryInvalid
from cavendish.ladder.policy import POLICIES
from cavendish.size import TIERS
from tests.builders import FLASH, PRO

NANO, FIRST = "gemini-nano-banana-2.1", "gemini-2.5-flash-image"
SEVEN = get_args(Scene)[:7]


def asked(**query: str) -> Recommendation:
    return recommend(parse_query(list(query.items())), catalog(), rules(), articles())


def row(told: Recommendation, field: str) -> str:
    return next(one.row for one in told.why if one.decides == field)


@pytest.mark.parametrize(
    ("use_case", "size"),
    [("preview", "1K"), ("web_display", "2K"), ("social_media", "2K"), ("print_design", "4K"), ("batch_process", "1K")],
)
def test_s0_05_chooses_the_resolution_for_a_use(use_case: str, size: str) -> None:
    told = asked(use_case=use_case)

    assert (told.size, row(told, "size")) == (size, "S0.05")


def test_who_names_nothing_gets_2k_by_the_dual_models_default() -> None:
    told = asked()

    assert (told.size, row(told, "size")) == ("2K", "S2.15")
    assert (told.model, row(told, "model")) == (NANO, "S1.17")
    assert (told.thinking, row(told, "thinking")) == ("minimal", "S0.03")
    assert (told.policy, row(told, "policy")) == ("cavendish", "S1.17")


@pytest.mark.parametrize("scene", SEVEN)
def test_s1_16_answers_each_of_its_seven_scenes(scene: str) -> None:
    told = asked(use_case=scene)

    assert row(told, "model") == "S1.16"
    assert next(one.says for one in told.why if one.row == "S1.16").startswith(f"scene {SEVEN.index(scene) + 1}, ")


def test_s1_16_sends_four_scenes_to_pro_and_three_to_nano_banana_2() -> None:
    assert [scene for scene in SEVEN if asked(use_case=scene).model == PRO] == [
        *("text_heavy", "brand_visual", "large_print", "peak_hours")
    ]


@pytest.mark.parametrize(("critical", "model"), [("true", PRO), ("false", NANO)])
def test_s1_11_decides_by_how_critical_it_is(critical: str, model: str) -> None:
    told = asked(critical=critical)

    assert (told.model, row(told, "model")) == (model, "S1.11")


@pytest.mark.parametrize(
    ("use_case", "size"), [("commercial", "2K"), ("large_print", "4K"), ("brand_visual", "2K"), ("everyday", "1K")]
)
def test_s2_15_walks_its_tree_where_no_map_speaks(use_case: str, size: str) -> None:
    assert asked(use_case=use_case).size == size


@pytest.mark.parametrize(
    ("need", "model", "from_row"),
    [
        ("extreme_ratio", FLASH, "S3.09"),
        ("space", PRO, "S3.09"),
        ("grounding", PRO, "S3.09"),
        ("complex", PRO, "S3.07"),
        ("factual", PRO, "S3.07"),
        ("text", PRO, "S1.10"),
        ("over_1k", NANO, "S3.09"),
        ("lowest_cost", NANO, "S1.13"),
        ("speed", NANO, "S1.02"),
    ],
)
def test_a_need_goes_before_a_use(need: str, model: str, from_row: str) -> None:
    told = asked(needs=need, use_case="social_media")

    assert (told.model, row(told, "model")) == (model, from_row)


def test_a_model_that_is_about_to_be_shut_down_stands_for_its_successor_and_that_is_told() -> None:
    told = asked(use_case="rapid_drafts")

    assert (told.model, row(told, "model")) == (NANO, "S1.16")
    assert told.why[-1].row == "catalogue"
    assert told.why[-1].says == "Nano Banana 2 may be shut down from 2026-10-29 on; Nano Banana 2.1 takes its place"


def test_what_the_successor_does_not_make_stays_with_the_model() -> None:
    assert asked(size="512").model == asked(needs="extreme_ratio").model == FLASH


def test_a_size_that_the_caller_names_holds_and_the_tables_are_told_beside_it() -> None:
    told = asked(size="4k", use_case="web_display")

    assert (told.size, row(told, "size")) == ("4K", "yours")
    assert [(one.value, one.row) for one in told.against if one.decides == "size"] == [("2K", "S0.05"), ("1K", "S2.15")]


def test_where_articles_disagree_the_other_one_is_told_with_what_holds() -> None:
    told = asked(use_case="web_display")
    (other,) = [one for one in told.against if one.decides == "size"]

    assert (told.size, other.value, other.row) == ("2K", "1K", "S2.15")
    assert other.ruling == rules().order["size"]


def test_5_6_is_told_where_it_matters_and_nowhere_else() -> None:
    assert {one.about for one in asked(use_case="print_design").disagreements} >= {
        *("Pro's price", "the time at 4K", "time limits", "hours to avoid", "2K for a page of A4 at 300 dpi")
    }
    assert [one.about for one in asked(use_case="social_media").disagreements] == []


def test_every_answer_can_be_submitted() -> None:
    for use, need, critical, size in product(
        [None, *get_args(Use)], [None, *get_args(Need)], [None, "true"], [None, *TIERS]
    ):
        query = {"use_case": use, "needs": need, "critical": critical, "size": size}
        told = asked(**{name: value for name, value in query.items() if value})

        assert told.size == (size or told.size)
        assert {one.decides for one in told.why} == set(FIELDS)
        assert parse(json.dumps({"prompt": "p", **told.submit}).encode(), catalog()).model == told.model


def test_every_rule_names_what_there_is() -> None:
    for one in rules().rule:
        assert one.model is None or catalog().find(one.model)
        assert one.policy is None or one.policy in POLICIES
        assert one.says


def test_every_table_that_is_promised_is_followed() -> None:
    named = {one.row for one in rules().rule}

    assert {"S0.05", "S1.11", "S1.16", "S2.13", "S2.15", "S3.07", "S3.09"} <= named


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ([("colour", "red")], "/colour", "there is no such parameter; the parameters are use_case, needs"),
        ([("use_case", "poster")], "/use_case", "'preview'"),
        ([("needs", "text,beauty")], "/needs", "'consistency'"),
        ([("critical", "perhaps")], "/critical", "'true' or 'false'"),
        ([("size", "8K")], "/size", "'4K'"),
        ([("size", "2K"), ("size", "4K")], "/size", "send it once"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_place(query: list[tuple[str, str]], pointer: str, words: str) -> None:
    with pytest.raises(QueryInvalid) as invalid:
        parse_query(query)

    (fault,) = invalid.value.faults
    assert (fault.part, fault.pointer) == ("query", pointer)
    assert words in fault.detail


@pytest.mark.parametrize("needs", ["", ",", "text,text"])
def test_needs_may_be_none_and_said_twice(needs: str) -> None:
    read: Any = parse_query([("needs", needs)]).needs

    assert read == (("text",) if "text" in needs else ())


@pytest.mark.parametrize("size", ["1K", "2K", "4K"])
def test_what_each_size_takes_is_told_beside_it_with_the_articles_row(size: str) -> None:
    told = asked(size=size, use_case="commercial")
    pro = asked(use_case="text_heavy", size="2K")

    assert size in {one.size for one in told.sizes}
    assert [(one.size, one.price_usd) for one in pro.sizes] == [("1K", 0.134), ("2K", 0.134), ("4K", 0.24)]
    assert [one.success[:5] for one in pro.sizes] == ["S2.13", "S2.13", "S2.07"]
    assert [one.typical_s for one in pro.sizes] == sorted(one.typical_s for one in pro.sizes)
