"""How models do, in the table of jobs: a row for each window of time, whose counters are added to."""

from collections.abc import Callable
from typing import Any, Final

from adapters.rows import number, text
from cavendish.health.health import (
    COARSE_S,
    KEPT_S,
    OUTAGE_CALLS,
    OVERCOME,
    STREAK,
    Sample,
    Window,
    no_counts,
    window_at,
    window_length,
)
from cavendish.outcome import Outcome
from cavendish.size import Tier

#: What the counters mean. Who changes that changes this: old and new then write rows beside each other.
_VERSION: Final = 1
_WAYS: Final = text("WAYS")


class RowUnreadable(Exception):
    """A row has attributes that are not what they should be; the message names both."""


class HealthTable:
    """The port MeasuredWays. `failed` hears of what could not be recorded, and once of each row that is unreadable."""

    def __init__(self, client: Any, table: str, failed: Callable[[Exception], None]) -> None:
        self._client = client
        self._table = table
        self._failed = failed
        self._noted: set[tuple[str, int]] = set()
        self._told: set[tuple[str, str]] = set()

    def record(self, sample: Sample) -> None:
        try:
            for length_s in KEPT_S:
                self._add(_place(sample.route, sample.model, sample.size), Window.of(sample, length_s))
            self._note(f"{sample.route}#{sample.model}#{sample.size}", window_at(sample.at, COARSE_S))
        except Exception as error:  # whatever it is: a count is missing then, which nobody should fail for
            self._failed(error)

    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        if until < since:
            return []
        length_s = window_length(since, until)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": text(_place(route, model, size)),
                ":first": text(_moment(length_s, window_at(since, length_s))),
                ":last": text(_moment(length_s, window_at(until, length_s))),
            },
        )
        return [window for page in pages for row in page["Items"] if (window := self._window(row, length_s))]

    def ways(self, since: float, until: float) -> frozenset[tuple[str, str, str]]:
        first, last = (_moment(COARSE_S, window_at(at, COARSE_S)) for at in (since, until))
        answer = self._client.query(  # the few rows of some hours are one page
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={":pk": _WAYS, ":first": text(first), ":last": text(last)},
        )
        named = (way.split("#") for row in answer["Items"] for way in self._ways(row))
        return frozenset((parts[0], parts[1], parts[2]) for parts in named if len(parts) == 3)

    def _ways(self, row: dict[str, Any]) -> list[str]:
        ways: list[str] | None = row.get("ways", {}).get("SS")
        if ways is None:
            self._tell(row, "no set of texts", "ways")
        return ways or []

    def _window(self, row: dict[str, Any], length_s: int) -> Window | None:
        begins_at = row["sk"]["S"].rpartition("#")[2]
        if not begins_at.isdecimal():
            self._tell(row, "no moment", "sk")
            return None
        counters = {name: value.get("N") for name, value in row.items()}
        if wrong := no_counts(counters):
            self._tell(row, "no count", *wrong)
        return Window.read(int(begins_at), length_s, counters)

    def _tell(self, row: dict[str, Any], what: str, *names: str) -> None:
        """Once for each row and worker: rows are read again and again."""
        place = (row["pk"]["S"], row["sk"]["S"])
        if place not in self._told:
            self._told.add(place)
            self._failed(RowUnreadable(f"in the row {' '.join(place)} {', '.join(names)}: {what}"))

    def _note(self, way: str, hour: int) -> None:
        """Once for each worker and hour: a row for all, so that nobody has to ask for each way there is."""
        if (way, hour) in self._noted:
            return
        self._client.update_item(
            TableName=self._table,
            Key={"pk": _WAYS, "sk": text(_moment(COARSE_S, hour))},
            UpdateExpression="SET expires_at = :expires_at ADD ways :ways",
            ExpressionAttributeValues={
                ":expires_at": number(hour + COARSE_S + KEPT_S[COARSE_S]),
                ":ways": {"SS": [way]},
            },
        )
        self._noted = {one for one in self._noted if one[1] == hour} | {(way, hour)}

    def _add(self, place: str, window: Window) -> None:
        added = {**window.counters, **({STREAK: window.streak} if window.streak else {})}
        ended = f", {STREAK} = :none" if Outcome.OK in window.health.outcomes else ""
        key = {"pk": text(place), "sk": text(_moment(window.length_s, window.begins_at))}
        before = self._client.update_item(
            TableName=self._table,
            Key=key,
            ReturnValues="UPDATED_OLD",
            UpdateExpression=f"SET expires_at = :expires_at{ended} ADD "
            + ", ".join(f"{name} :{name}" for name in added),
            ExpressionAttributeValues={
                ":expires_at": number(window.expires_at),
                **({":none": number(0)} if ended else {}),
                **{f":{name}": number(count) for name, count in added.items()},
            },
        )
        overcome = int(before.get("Attributes", {}).get(STREAK, {}).get("N", "0")) if ended else 0
        if overcome >= OUTAGE_CALLS:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=f"ADD {OVERCOME} :overcome",
                ExpressionAttributeValues={":overcome": number(overcome)},
            )


def _place(route: str, model: str, size: Tier) -> str:
    return f"HEALTH#{route}#{model}#{size}"


def _moment(length_s: int, begins_at: int) -> str:
    """Sorts in the order of time among windows of one length."""
    return f"{_VERSION}#{length_s:04}#{begins_at:012}"
