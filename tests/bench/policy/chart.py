"""A chart of one climate as SVG: time against cost, a panel for each size, every policy a point."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from tests.bench.policy.constants import DEADLINE_S
from tests.bench.policy.figures import Row

#: In pixels: the whole, the distance of the panels, and of each its edges and its width.
_WIDTH: Final = 960
_HEIGHT: Final = 350
_PANEL: Final = 304
_LEFT: Final = 52
_TOP: Final = 56
_BOTTOM: Final = 320
_INNER: Final = 236
_TICKS_S: Final = (10, 30, 100, 300, 1000, 3600)
_FROM_S: Final = 8.0
#: Of a name: its height, the width of a letter, and how far it is from its point.
_LINE: Final = 13.0
_LETTER: Final = 6.6
_GAP: Final = 14.0
#: In lines up and down, the nearest first; up is less.
_NEAREST: Final = (0, *(sign * nth for nth in range(1, 12) for sign in (-1, 1)))
_STYLE: Final = """
text { font: 11px system-ui, sans-serif; fill: #444 }
.title { font-size: 14px; font-weight: 600; fill: #111 }
.grid { stroke: #ddd } .lead { stroke: #bbb } .point { fill: #8a8f98 }
.ours, .name-ours { fill: #0b6bcb } .name-ours { font-weight: 700 }
.ideal { fill: none; stroke: #1a7f37; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #b8bec8 } .title { fill: #f0f2f5 }
.grid { stroke: #3a3f46 } .lead { stroke: #555 } .point { fill: #8a919c }
.ours, .name-ours { fill: #58a6ff } .ideal { stroke: #3fb950 } }
"""


class _Spot(NamedTuple):
    x: float
    y: float
    name: str


class _Label(NamedTuple):
    """Where a name is written."""

    spot: _Spot
    begins: float
    ends: float
    y: float

    def overlaps(self, other: "_Label") -> bool:
        return abs(self.y - other.y) < _LINE - 1 and self.begins < other.ends and other.begins < self.ends

    def hides(self, spot: _Spot) -> bool:
        return abs(self.y - spot.y) < _LINE / 2 and self.begins < spot.x < self.ends


def chart(rows: Sequence[Row]) -> str:
    """All panels of a climate. Colours follow the reader's scheme."""
    title = f"Climate {rows[0].climate}: 95th percentile of the time (log) against USD per delivered picture"
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title><style>{_STYLE}</style>'
    panels = [list(group) for _, group in groupby(rows, key=lambda one: one.size)]
    body = [line for n, panel in enumerate(panels) for line in _panel(panel, _LEFT + n * _PANEL)]
    return "\n".join([head, _text(_LEFT, 18, title, "title"), *body, "</svg>"]) + "\n"


def _panel(rows: list[Row], left: float) -> Iterator[str]:
    top_usd = _ceiling(max(one.mean.usd_per_delivered for one in rows))
    yield _text(left, _TOP - 10, f"{rows[0].size}", "title")
    for seconds in _TICKS_S:
        yield _line(_x(seconds, left), _TOP, _x(seconds, left), _BOTTOM, "grid")
        yield _text(_x(seconds, left), _BOTTOM + 16, f"{seconds} s", anchor="middle")
    for fifth in range(6):
        usd = top_usd * fifth / 5
        yield _line(left, _y(usd, top_usd), left + _INNER, _y(usd, top_usd), "grid")
        yield _text(left - 5, _y(usd, top_usd) + 4, f"{usd:.2f}", anchor="end")
    spots = [_Spot(_x(one.mean.p95_s, left), _y(one.mean.usd_per_delivered, top_usd), one.policy) for one in rows]
    for label in _labels(spots, middle=left + _INNER / 2):
        yield from _point(label)


def _point(label: _Label) -> Iterator[str]:
    spot = label.spot
    style = {"cavendish": "ours", "oracle": "ideal"}.get(spot.name, "point")
    anchor = "start" if label.begins >= spot.x else "end"
    words_at = label.begins if anchor == "start" else label.ends
    yield _line(spot.x, spot.y, words_at - (2 if anchor == "start" else -2), label.y, "lead")
    yield f'<circle class="{style}" cx="{spot.x:.1f}" cy="{spot.y:.1f}" r="{6 if style != "point" else 4}"/>'
    yield _text(words_at, label.y + 4, spot.name, f"name-{style}", anchor=anchor)


def _labels(spots: list[_Spot], middle: float) -> Iterator[_Label]:
    """Each name beside its point, or as near above or below it as nothing else is."""
    placed: list[_Label] = []
    for spot in sorted(spots, key=lambda one: -one.y):
        tried = (_label(spot, spot.y + nth * _LINE, middle) for nth in _NEAREST)
        free = (one for one in tried if not any(map(one.overlaps, placed)) and not any(map(one.hides, spots)))
        placed.append(next(free, _label(spot, spot.y, middle)))
        yield placed[-1]


def _label(spot: _Spot, y: float, middle: float) -> _Label:
    width = len(spot.name) * _LETTER
    begins = spot.x + _GAP if spot.x < middle else spot.x - _GAP - width
    return _Label(spot, begins, begins + width, y)


def _x(seconds: float, left: float) -> float:
    share = math.log(max(seconds, _FROM_S) / _FROM_S) / math.log(DEADLINE_S / _FROM_S)
    return left + share * _INNER


def _y(usd: float, top_usd: float) -> float:
    return _BOTTOM - usd / top_usd * (_BOTTOM - _TOP)


def _ceiling(usd: float) -> float:
    """The next twentieth that leaves room for names."""
    return math.ceil(usd * 1.1 / 0.05) * 0.05


def _text(x: float, y: float, words: str, style: str = "", *, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
