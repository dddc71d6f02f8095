"""Names of pictures: they stay inside of their folder. Cells of a report: none is a formula."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.sheet.cells import neutral
from cavendish.sheet.names import KEY_MAX_BYTES, name_fault, output_name

FOLDER = "summer/2026"


def test_an_item_without_a_name_is_called_after_its_line() -> None:
    assert output_name({"prompt": "p"}, 7) == "000007"
    assert output_name({}, 1_234_567) == "1234567"
    assert output_name({"name": "a/b"}, 7) == "a/b"


def test_a_name_is_composed_as_most_systems_write_it() -> None:
    assert output_name({"name": "Cafe\u0301"}, 1) == "Café"


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "shoes/red/left",
        "a b+c",
        "猫 & 犬",
        "👩\u200d🚀",
        "..a",
        "a..b",
        ".hidden",
        "report",
        "report.json",
        "ab:c",
        "000007",
        " a",
    ],
)
def test_a_name_may_be_in_any_script_and_in_folders(name: str) -> None:
    assert name_fault(name, FOLDER) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "is empty; leave it out, or write one"),
        ("../a", "has a part '..' between slashes"),
        ("a/../../b", "has a part '..' between slashes"),
        ("a/./b", "has a part '.' between slashes"),
        ("..", "has a part '..' between slashes"),
        ("a//b", "has a part '' between slashes"),
        ("a/", "has a part '' between slashes"),
        ("/etc/passwd", "begins as a path of a whole disk does"),
        ("C:/a", "begins as a path of a whole disk does"),
        ("c:a", "begins as a path of a whole disk does"),
        ("a\\b", "has a backslash; folders are separated by /"),
        ("a\nb", "has a character that no name can have"),
        ("a\x7f", "has a character that no name can have"),
        ("a\x85", "has a character that no name can have"),
        ("a\u2028b", "has a character that no name can have"),
        ("a\ud800", "has a character that no name can have"),
        ("a\uffff", "has a character that no name can have"),
        ("a ", "has a part that ends in a space or a dot"),
        ("a./b", "has a part that ends in a space or a dot"),
        ("a...", "has a part that ends in a space or a dot"),
        ("é" * 600, "makes a key of more than 1024 bytes; shorten it"),
    ],
)
def test_a_name_that_climbs_out_or_cannot_be_a_files_is_refused(name: str, why: str) -> None:
    fault = name_fault(name, FOLDER)

    assert fault
    assert fault.startswith(f"the name {name[:60]!r} {why}")
    assert fault.encode()


def test_a_key_may_have_just_the_most_bytes() -> None:
    longest = "a" * (KEY_MAX_BYTES - len(f"{FOLDER}/-9.webp"))

    assert name_fault(longest, FOLDER) is None
    assert name_fault(longest + "a", FOLDER)
    assert name_fault(longest, FOLDER + "7")


@given(st.text(st.sampled_from("ab./\\: \n\u0301é\ud800\uff0f\u2024")) | st.text(st.characters(), max_size=20))
def test_a_name_that_is_taken_never_climbs(name: str) -> None:
    taken = output_name({"name": name}, 1)
    path = f"{FOLDER}/{taken}"

    assert name_fault(taken, FOLDER) or (posixpath.normpath(path) == path and path.startswith(f"{FOLDER}/"))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "+", "-1.5x", "-\u0661"],
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a cat", "-1.5", "+3", "-2e-3", "1=1", "'=1", " =1"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell
