"""The report of a batch, written when all else of it lies where it belongs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from cavendish.batch.batch import Batch
from cavendish.batch.ports import Outbox
from cavendish.batch.report import Row, fault_row, gone_row, row_of, unread_row
from cavendish.batch.report_files import CSV_MIME, JSON_MIME, CsvReport, JsonReport
from cavendish.batch.totals import Totals
from cavendish.pipeline.batch.archive import part_of
from cavendish.pipeline.batch.ends import End, Ends
from cavendish.pipeline.batch.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReport:
    """Writes reports, with its ports. `open_file` opens a file that is gone when it is closed."""

    outbox: Outbox
    ends: Ends
    open_file: Callable[[], BinaryIO]

    def write(self, turn: Turn, ended: Batch) -> None:
        """Both reports of a batch that ends so; report.json last, for whoever waits for the results waits for it.

        Raises Overtaken if somebody else has done so meanwhile.
        """
        with self.open_file() as json, self.open_file() as csv:
            self._fill(turn, JsonReport(json, ended), CsvReport(csv))
            turn.hold()
            self.outbox.put(f"{ended.report_folder}/report.csv", csv, CSV_MIME)
            self.outbox.put(f"{ended.report_folder}/report.json", json, JSON_MIME)

    def _fill(self, turn: Turn, json: JsonReport, csv: CsvReport) -> None:
        totals = Totals()
        for page in self.ends.pages(turn.batch, 0, turn.batch.read):
            turn.beat()
            for end in page:
                row = _row(turn.batch, end)
                totals = totals.plus(row)
                json.add(row)
                csv.add(row)
        if unread := unread_row(turn.batch):
            csv.add(unread)
        counts = self.ends.batches.counts(turn.batch.id)
        json.end(totals.with_unread(turn.batch.unread).with_deleted(counts))


def _row(batch: Batch, end: End) -> Row:
    if end.fault:
        return fault_row(end.fault)
    if end.job is None:
        return gone_row(batch.id, end.index)
    part = part_of(batch, end.index) if batch.deliver == "archive" else None
    above = "../../" if batch.retry_of else ""
    return row_of(end.job, end.attempts, above=above, part=part.key.rpartition("/")[2] if part else None)
