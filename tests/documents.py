"""JSON that a model may answer with, sensible or not; and how a codec reads it, as it comes over the wire."""

import io
import json
from typing import Any

from hypothesis import strategies as st

from cavendish.answer.answer import AnswerReader
from cavendish.outcome import Report
from cavendish.wire import Codec, Reading

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
STATUSES = st.sampled_from([200, 201, 400, 401, 404, 429, 500, 503, 524, 599])


def near(shape: Any) -> st.SearchStrategy[Any]:
    """Values of this shape, of which any part may be something else."""
    if isinstance(shape, dict):
        return JSON | st.fixed_dictionaries({}, optional={name: near(inner) for name, inner in shape.items()})
    return JSON | (st.lists(near(shape[0]), max_size=2) if isinstance(shape, list) else st.just(shape))


def heard(codec: Codec, document: Any, status: int = 200, **headers: str) -> Reading:
    """What a codec makes of an answer that came as bytes; None: one whose body is no JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if document is None:
        return codec.read(status, named, None)
    with AnswerReader(open_file=io.BytesIO, picture_keys=codec.PICTURE_KEYS) as reader:
        reader.feed(json.dumps(document).encode())
        return codec.read(status, named, reader.document())


def reported(reading: Reading) -> Report:
    """The report of an answer without a picture."""
    assert (reading.picture, reading.link, reading.pending) == (None, None, None)
    assert reading.report is not None
    return reading.report


def is_decided(reading: Reading) -> bool:
    """Whether an answer came to exactly one thing."""
    said = (reading.picture, reading.link, reading.pending, reading.report)
    return sum(one is not None for one in said) == 1
