"""The report as files, JSON and CSV: written row by row, so that a batch may have as many items as it likes."""

import csv
import io
import json
from typing import BinaryIO, Final

from cavendish.batch.batch import Batch
from cavendish.batch.report import Row
from cavendish.batch.totals import Totals
from cavendish.sheet.cells import neutral

JSON_MIME: Final = "application/json"
CSV_MIME: Final = "text/csv; charset=utf-8"
#: Excel takes a CSV for one in the code page of its country, unless it begins with this.
_BOM: Final = b"\xef\xbb\xbf"
#: What stands between two files in one cell.
_BETWEEN: Final = "; "
_COLUMNS: Final = (
    *("line", "name", "status", "file", "part", "size_asked", "size_delivered", "width", "height", "model", "route"),
    *("attempts", "cost_usd", "possible_duplicate_usd", "estimated", "downgraded", "fell_back", "bytes", "sha256"),
    *("created_at", "ended_at", "job_id", "index", "error"),
)


class JsonReport:
    """`{"batch_id", "name", "status", "items": [...], "totals": {...}}`. The batch is shown as it ends."""

    def __init__(self, file: BinaryIO, batch: Batch) -> None:
        self._file = file
        head = {"batch_id": batch.id, "name": batch.name, "status": batch.status, "retry_of": batch.retry_of}
        self._file.write(json.dumps(head)[:-1].encode() + b', "items": [')
        self._between = b"\n"

    def add(self, row: Row) -> None:
        self._file.write(self._between + row.model_dump_json().encode())
        self._between = b",\n"

    def end(self, totals: Totals) -> None:
        self._file.write(b'\n], "totals": ' + totals.model_dump_json().encode() + b"}\n")


class CsvReport:
    """A header and a row per item, as RFC 4180 has it. No cell is a formula to a spreadsheet."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write(_BOM + _line(_COLUMNS))

    def add(self, row: Row) -> None:
        fields = row.model_dump(exclude={"files", "images", "error"})
        fields["file"] = _BETWEEN.join(row.files)
        fields["part"] = row.images[0].part if row.images else None
        fields["error"] = f"{row.error.code}: {row.error.detail}" if row.error else None
        self._file.write(_line([_cell(fields[name]) for name in _COLUMNS]))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return neutral(str(value))


def _line(cells: list[str] | tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
