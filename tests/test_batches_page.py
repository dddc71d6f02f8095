"""docs/batches.md is true: its fields, columns, limits and routes are the code's, its examples are taken."""

import io
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from cavendish.batch.batch import UPLOAD_WITHIN_S, BatchStatus, Mode
from cavendish.batch.chunk import HELD_S
from cavendish.batch.error import BatchError
from cavendish.batch.modes import _CHOSEN
from cavendish.batch.report import Row, RowError, RowFile
from cavendish.batch.report_files import CsvReport, JsonReport
from cavendish.batch.request import KEPT_MAX_BYTES, parse_plan, parse_post
from cavendish.batch.totals import Totals
from cavendish.catalog.file import catalog
from cavendish.contract.body import KEPT_MAX_BYTES as FIELDS_MAX_BYTES
from cavendish.openapi.batch_answers import UploadForm
from cavendish.openapi.operations import OPERATIONS
from cavendish.pipeline.batch.archive import PART_MAX_BYTES, PART_MAX_FILES
from cavendish.pipeline.batch.arrive import DEFAULTS, DEFAULTS_MAX_BYTES, POSTED
from cavendish.pipeline.batch.groups import ROWS
from cavendish.pipeline.batch.intake import SLICE
from cavendish.request import WAIT_MAX_S
from cavendish.sheet.check import FILE_MAX_BYTES, JSON_MAX_BYTES, MOST_ITEMS, check
from cavendish.sheet.columns import COLUMNS, INNER
from cavendish.sheet.header import HEADER_MAX_BYTES
from cavendish.sheet.kind import KINDS
from cavendish.sheet.lines import MOST_LINES, RECORD_MAX_BYTES
from cavendish.sheet.names import KEY_MAX_BYTES, output_name
from cavendish.webhook.events import EVENT_TYPES
from cavendish.wire.gemini_batch import CHUNK_MOST
from tests.batch_world import a_batch
from tests.template.asl import ladder, nexts
from tests.template.resources import read_definition, read_source

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGE = (DOCS / "batches.md").read_text()
#: However its lines are broken.
WORDS = " ".join(PAGE.split())
KIB, MIB = 1024, 1024 * 1024
#: What one state transition costs in most regions, in USD.
TRANSITION_USD = 0.025 / 1000


def section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> list[str]:
    """What the first column of a section's first table has in backticks."""
    table = re.search(r"^\|.*\n\| ---.*\n((?:\|.*\n)+)", section(heading), re.MULTILINE)
    assert table
    return re.findall(r"^\| `([^`]+)`", table[1], re.MULTILINE)


def named(begin: str, end: str) -> list[str]:
    """The names in backticks between two phrases of the page."""
    return re.findall(r"`([\w.]+)`", PAGE.partition(begin)[2].partition(end)[0])


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_kinds_of_files_are_those_that_are_read() -> None:
    assert set(first_cells("Files")) == {f".{kind}" for kind in KINDS}


def test_the_columns_are_those_that_a_csv_may_have() -> None:
    assert named("In a CSV these are the columns:", "for one key") == [*COLUMNS, f"{INNER}KEY"]


def test_the_report_has_the_fields_that_are_named() -> None:
    report, row = io.BytesIO(), Row(index=0, status="unreadable")
    JsonReport(report, a_batch()).end(Totals())

    assert named("`report.json` has", "Each item, also") == list(json.loads(report.getvalue()))
    assert set(named("one that came to nothing, has", "An image has")) == set(row.model_dump()) | set(
        RowError.model_fields
    )
    assert named("An image has", "The status is") == list(RowFile.model_fields)
    assert named("`totals` has", "`report.csv` has") == list(Totals.model_fields)


def test_the_columns_of_the_csv_are_those_that_are_named() -> None:
    written = io.BytesIO()
    CsvReport(written)

    assert named("Its columns:", "**A file") == written.getvalue().decode("utf-8-sig").strip().split(",")


def test_what_is_told_of_an_unreadable_file_is_named() -> None:
    assert set(named("tells why:", "where it has them")) == {"batch_id", "file", *BatchError.model_fields}


def test_the_routes_are_the_apis() -> None:
    shown = {re.sub(r"{\w+}", "{id}", f"{one.method} {one.path}") for one in OPERATIONS}

    assert set(first_cells("By HTTP")) == {one for one in shown if "/v1/batches" in one}


def test_the_states_and_modes_are_the_codes() -> None:
    told = named("the same batch. A batch is", "\n\nPictures")

    assert set(told) == {status.value for status in BatchStatus}
    assert set(first_cells("Modes")) == set(get_args(Mode))
    assert named("items that name no", "ask the model") == list(_CHOSEN)


def test_the_economy_is_where_a_provider_has_one() -> None:
    assert named("where it has one: the route", "|") == [n for n, one in catalog().routes.items() if one.economy]
    assert {one.economy.price for one in catalog().routes.values() if one.economy} == {0.5}


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("a file | {} MiB", FILE_MAX_BYTES // MIB),
        ("{:,} items, ", MOST_ITEMS),
        (" items, {:,} lines", MOST_LINES),
        ("a `.json` | {} MiB", JSON_MAX_BYTES // MIB),
        ("at most {} MiB |", JSON_MAX_BYTES // MIB),
        ("a record of a CSV | {} MiB", RECORD_MAX_BYTES // MIB),
        ("its header {} KiB", HEADER_MAX_BYTES // KIB),
        ("with the body together | {} KiB", FIELDS_MAX_BYTES // KIB),
        ("metadata of a batch | {} KiB each", KEPT_MAX_BYTES // KIB),
        ("and `mode`; {} KiB at most", DEFAULTS_MAX_BYTES // KIB),
        ("a name with its folder | {:,} bytes", KEY_MAX_BYTES),
        ("within {:,} seconds", UPLOAD_WITHIN_S),
        ("at most {:,} bytes", PART_MAX_BYTES),
        ("{:,} pictures each", PART_MAX_FILES),
        ("up to {} calls go together", CHUNK_MOST),
        ("after {} hours", HELD_S // 3_600),
        ("{:,} items at a time", SLICE),
        ("wait for {} days", WAIT_MAX_S // 86_400),
        ("one transaction for {} items", (ROWS - 1) // 3),
    ],
)
def test_a_number_is_the_codes(words: str, number: int) -> None:
    assert words.format(number) in WORDS


def test_what_the_template_says_is_so() -> None:
    template = read_source().body
    files = template["Resources"]["IntakeFunction"]["Properties"]["Events"]["Files"]["Properties"]
    expire = template["Parameters"]["OutboxExpireAfterDays"]["Default"]

    assert f"{files['ScalingConfig']['MaximumConcurrency']} are read at once" in WORDS
    assert f"`OutboxExpireAfterDays` ({expire})" in PAGE
    assert set(re.findall(r"`([A-Z]\w+)`", PAGE)) - {"API", "KEY", "MessageGroupId"} <= set(template["Parameters"])


def test_a_picture_that_is_made_at_the_first_call_takes_so_many_states() -> None:
    machine = read_definition()
    states, at, passed = ladder(machine), "Start at the top", ["Start at the top"]
    while not states[at].get("End"):
        ways = nexts({key: value for key, value in states[at].items() if key != "Catch"})
        at = "Image made" if "Image made" in ways else ways.pop()
        passed.append(at)
    taken = len(passed) + len(machine["States"])

    assert f"takes {taken} state transitions" in WORDS
    assert f"${taken * TRANSITION_USD * 1000:.3f} for 1,000 pictures" in WORDS


def test_names_and_places_are_as_the_page_has_them() -> None:
    assert f"`{output_name({}, 2)}`" in PAGE
    assert f"[{DEFAULTS}]" in PAGE
    assert f"the folder `{POSTED}`" in PAGE
    assert "batch.completed" in EVENT_TYPES
    assert named("with a form, `upload`", "post it") == list(UploadForm.model_fields)


def test_the_examples_are_taken() -> None:
    defaults, post, upload, plan = blocks("json")

    assert json.loads(defaults) == json.loads((DOCS / "catalogue" / DEFAULTS).read_text())
    assert parse_post(post.encode(), None, lambda url: None)[0].mode == "fast"
    assert parse_post(upload.encode(), None, lambda url: None)[0].upload == "csv"
    assert parse_plan(plan.encode(), lambda url: None).n == 100


def test_the_catalogue_is_the_file_and_can_be_read() -> None:
    products = (DOCS / "catalogue" / "products.csv").read_bytes()

    assert blocks("csv") == [products.decode()]
    assert check("csv", [products], len(products)).total == 3


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)", PAGE))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (DOCS / link).exists()
