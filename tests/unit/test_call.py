"""One paid call: whatever the model or the network does, it comes back as a result."""

import io
import itertools
import json
from typing import Any

import pytest
from PIL import Image

from cavendish.attempt import Result
from cavendish.catalog.file import catalog
from cavendish.errors import CallFailed
from cavendish.outcome import Billed, Outcome
from cavendish.pipeline.call import Caller
from tests.builders import PRO, a_call, a_png, an_answer, an_attempt, an_error
from tests.fakes import FakeAnswer, FakeImages, FakeModels, FakeWeb
from tests.pictures import encoded, noise


class Call:
    """A caller over fakes; its clock goes on one second with each look."""

    def __init__(self, answer: FakeAnswer | CallFailed, **models: Any) -> None:
        self.models, self.images = FakeModels(answer, **models), FakeImages()
        self.files: list[io.BytesIO] = []
        self.ticks = itertools.count()
        self.pauses: list[float] = []
        self.caller = Caller(
            models=self.models,
            web=FakeWeb({}),
            images=self.images,
            catalog=catalog(),
            open_file=self.open,
            clock=lambda: next(self.ticks),
            pause=self.pauses.append,
        )

    def open(self) -> io.BytesIO:
        self.files.append(io.BytesIO())
        return self.files[-1]

    def make(self, **asked: Any) -> Result:
        attempt = an_attempt(call=a_call(**asked))
        request = self.caller.prepare(attempt.call, "a lighthouse")
        return request if isinstance(request, Result) else self.caller.call(attempt, request)


def made(answer: FakeAnswer | CallFailed, **asked: Any) -> Result:
    return Call(answer).make(**asked)


def ends(answer: FakeAnswer | CallFailed, **asked: Any) -> tuple[str, str, bool]:
    """Outcome, billed, and whether a picture was kept."""
    call = Call(answer)
    result = call.make(**asked)
    assert bool(result.image) is bool(call.images.contents)
    return result.report.outcome, result.report.billed, result.image is not None


def test_a_picture_is_measured_stored_and_priced() -> None:
    call = Call(FakeAnswer(an_answer(a_png(2048, 2048))))
    result = call.make(size="2K")

    assert result.image is not None
    assert (result.image.width, result.image.height, result.image.mime) == (2048, 2048, "image/png")
    assert call.images.contents == {result.image.object_key: a_png(2048, 2048)}
    assert (result.report.outcome, result.cost_usd, result.image.bytes) == ("ok", 0.13712, len(a_png(2048, 2048)))


@pytest.mark.parametrize(("drawn", "one_colour"), [("white", True), (None, False)])
def test_a_picture_of_one_colour_is_taken_and_said_to_be_one(drawn: str | None, one_colour: bool) -> None:
    picture = Image.new("RGB", (1024, 1024), drawn) if drawn else noise(1024, 1024)
    result = made(FakeAnswer(an_answer(encoded(picture, "JPEG"))))

    assert result.image is not None
    assert (result.report.outcome, result.image.one_colour) == ("ok", one_colour)


def test_what_is_stored_is_the_result_itself_so_that_it_can_be_found_again() -> None:
    call = Call(FakeAnswer(an_answer()))
    result = call.make()
    stored = call.images.find(an_attempt().key)

    assert stored is not None
    assert stored.model_copy(update={"timings": {}}) == result.model_copy(update={"timings": {}})
    assert set(result.timings) - set(stored.timings) == {"store"}


def test_the_call_goes_out_once_to_the_routes_address_with_its_key_and_limit() -> None:
    call = Call(FakeAnswer(an_answer()), keys={"gemini": "the-key"})
    call.make(limit_s=42)
    (sent,) = call.models.calls

    assert (sent.url, sent.limit_s, sent.request.headers) == ("https://gemini.test", 42, {"x-goog-api-key": "the-key"})
    assert sent.request.path == f"/v1beta/models/{PRO}:generateContent"


@pytest.mark.parametrize("keys", [{}, {"gemini": ""}, {"openai": "k"}])
def test_without_a_key_nothing_is_called(keys: dict[str, str]) -> None:
    call = Call(FakeAnswer(an_answer()), keys=keys)
    result = call.make()

    assert (result.report.outcome, result.report.billed, result.cost_usd) == ("bad_key", "no", 0)
    assert "no usable key is set for the route gemini" in result.report.detail
    assert call.models.calls == []


PNG = a_png()
HTML = b"<!DOCTYPE html><html>Bad gateway</html>"


@pytest.mark.parametrize(
    ("answer", "outcome", "billed"),
    [
        (FakeAnswer(an_answer(a_png(512, 512))), "wrong_size", "yes"),
        (FakeAnswer(an_answer(a_png(1024, 768))), "wrong_size", "yes"),
        (FakeAnswer(an_answer(modelVersion="gemini-3.1-flash-image")), "wrong_model", "yes"),
        (FakeAnswer(an_answer(modelVersion="models/nano-banana-2")), "wrong_model", "yes"),
        (FakeAnswer(an_answer(PNG[:-4])), "truncated", "yes"),
        (
            FakeAnswer(an_answer(modelVersion="publishers/google/models/gemini-2.5-flash-image-001")),
            "wrong_model",
            "yes",
        ),
        (FakeAnswer(an_answer(modelVersion="gemini-2.0-flash-exp")), "wrong_model", "yes"),
        (FakeAnswer(an_answer(PNG[:10])), "truncated", "yes"),
        (FakeAnswer(an_answer(PNG.replace(b"IEND", b"IENE"))), "not_an_image", "yes"),
        (FakeAnswer(an_answer(a_png(9000, 9000))), "not_an_image", "yes"),
        (FakeAnswer(an_answer(HTML)), "not_an_image", "yes"),
        (FakeAnswer(an_answer(b"")), "not_an_image", "yes"),
        (FakeAnswer(an_answer().replace(b'"data": "', b'"data": "!!')), "not_an_image", "yes"),
        (FakeAnswer(HTML), "garbled", "unknown"),
        (FakeAnswer(b'{"candidates": [nan]}'), "garbled", "unknown"),
        (FakeAnswer(b'{"candidates": [NaN]}'), "no_image", "yes"),
        (FakeAnswer(b'{"candidates": [NaN'), "connection_lost", "unknown"),
        (FakeAnswer(b"[]"), "garbled", "unknown"),
        (FakeAnswer(an_answer()[:-1]), "connection_lost", "unknown"),
        (FakeAnswer(b""), "connection_lost", "unknown"),
        (FakeAnswer(b"{}"), "no_image", "yes"),
        (FakeAnswer(json.dumps(an_error(429)).encode(), status=429), "throttled", "no"),
        (FakeAnswer(HTML, status=502), "overloaded", "no"),
        (FakeAnswer(b"", status=503), "overloaded", "no"),
        (FakeAnswer(b'{"error": {', status=503), "overloaded", "no"),
        (FakeAnswer(HTML, status=524), "timed_out", "unknown"),
        (FakeAnswer(an_answer(), status=500), "overloaded", "no"),
    ],
)
def test_each_fault_of_an_answer_has_its_outcome_and_keeps_no_picture(
    answer: FakeAnswer, outcome: str, billed: str
) -> None:
    assert ends(answer) == (outcome, billed, False)


@pytest.mark.parametrize("kind", ["timed_out", "connection_lost"])
@pytest.mark.parametrize(("sent", "billed", "cost_usd"), [(True, "unknown", 0.24), (False, "no", 0.0)])
def test_a_call_that_failed_is_perhaps_billed_only_if_it_was_sent(
    kind: str, sent: bool, billed: str, cost_usd: float
) -> None:
    result = made(CallFailed(kind, sent=sent, detail="gone"), size="4K")

    assert (result.report.outcome, result.report.billed, result.cost_usd) == (kind, billed, cost_usd)
    assert result.report.detail == "gone"


def test_an_answer_that_breaks_off_in_its_body_is_lost() -> None:
    broken = CallFailed("connection_lost", sent=True, detail="reset")

    assert ends(FakeAnswer(an_answer()[:-50], breaks=broken)) == ("connection_lost", "unknown", False)


def test_a_whole_answer_counts_although_its_connection_never_closes() -> None:
    stalls = CallFailed("timed_out", sent=True, detail="the tail stalls")

    assert ends(FakeAnswer(an_answer(), breaks=stalls)) == ("ok", "yes", True)


@pytest.mark.parametrize(
    "version", [None, "", PRO, f"models/{PRO}", "gemini-3-pro-image-preview", "a-model-of-next-year", 5, ["x"]]
)
def test_a_version_that_proves_nothing_is_no_wrong_model(version: object) -> None:
    assert ends(FakeAnswer(an_answer(modelVersion=version))) == ("ok", "yes", True)


@pytest.mark.parametrize("pixels", [(1376, 768), (1408, 768), (1344, 768)])
def test_pixels_within_three_per_cent_are_the_size_that_was_asked_for(pixels: tuple[int, int]) -> None:
    assert ends(FakeAnswer(an_answer(a_png(*pixels))), aspect_ratio="16:9")[0] == "ok"


def test_a_wrong_size_says_what_was_asked_and_what_came() -> None:
    result = made(FakeAnswer(an_answer(a_png(1024, 1024))), size="4K")

    assert result.report.detail == "asked for 4096x4096, got 1024x1024"
    assert result.cost_usd == 0.13712


SMALL, OTHER = a_png(512, 512), {"modelVersion": "gemini-3.1-flash-image"}


@pytest.mark.parametrize(
    ("answer", "accept", "outcome", "kept"),
    [
        (FakeAnswer(an_answer(SMALL)), ["wrong_size"], "wrong_size", True),
        (FakeAnswer(an_answer(SMALL)), ["wrong_model"], "wrong_size", False),
        (FakeAnswer(an_answer(**OTHER)), ["wrong_model"], "wrong_model", True),
        (FakeAnswer(an_answer(**OTHER)), ["wrong_size"], "wrong_model", False),
        (FakeAnswer(an_answer(SMALL, **OTHER)), ["wrong_size"], "wrong_model", False),
        (FakeAnswer(an_answer(SMALL, **OTHER)), ["wrong_model"], "wrong_size", False),
        (FakeAnswer(an_answer(SMALL, **OTHER)), ["wrong_model", "wrong_size"], "wrong_size", True),
        (FakeAnswer(an_answer()), ["wrong_model", "wrong_size"], "ok", True),
        (FakeAnswer(an_answer(HTML)), ["wrong_model", "wrong_size"], "not_an_image", False),
    ],
)
def test_only_a_picture_all_of_whose_faults_are_accepted_is_kept(
    answer: FakeAnswer, accept: list[str], outcome: str, kept: bool
) -> None:
    assert ends(answer, accept=accept) == (outcome, "yes", kept)


def test_what_is_kept_all_the_same_has_its_own_pixels_and_says_who_made_it() -> None:
    result = made(FakeAnswer(an_answer(SMALL, **OTHER)), accept=["wrong_size", "wrong_model"])

    assert result.image is not None
    assert (result.image.width, result.image.height, result.made_by) == (512, 512, "gemini-3.1-flash-image")
    assert made(FakeAnswer(an_answer())).made_by is None


@pytest.mark.parametrize(("route", "model"), [("gemini", PRO), ("openai", "gpt-image-2")])
def test_a_key_that_an_answer_repeats_is_told_to_nobody(route: str, model: str) -> None:
    key = "sk-a-long-key"
    said = [an_error(401, f"Invalid token {key}."), {"error": {"code": key, "message": f"no {key}"}}]

    for one in said:
        answer = FakeAnswer(json.dumps(one).encode(), status=401)
        result = Call(answer, keys={route: key}).make(route=route, model=model)
        assert key not in result.model_dump_json()
        assert "(key)" in result.report.detail


def test_a_key_that_may_be_part_of_any_word_is_left_there() -> None:
    answer = FakeAnswer(json.dumps(an_error(401, "a-key is no key")).encode(), status=401)

    assert made(answer).report.detail == "HTTP 401 a-key is no key"


def test_an_answer_without_a_count_of_tokens_is_priced_by_its_size() -> None:
    assert made(FakeAnswer(an_answer(a_png(4096, 4096), usageMetadata=None)), size="4K").cost_usd == 0.24


def test_what_the_model_said_instead_is_noted() -> None:
    parts = [{"text": "I cannot draw that."}]
    body = json.dumps({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}).encode()

    assert made(FakeAnswer(body)).note == "I cannot draw that."


@pytest.mark.parametrize("answer", [FakeAnswer(an_answer()), FakeAnswer(an_answer(HTML)), FakeAnswer(an_answer()[:-9])])
def test_every_file_is_closed_when_the_call_is_over(answer: FakeAnswer) -> None:
    call = Call(answer)
    call.make()

    assert call.files
    assert all(file.closed for file in call.files)


@pytest.mark.parametrize("piece", [1, 100, 10**6])
def test_timings_add_up_to_the_time_that_passed(piece: int) -> None:
    call = Call(FakeAnswer(an_answer(), connect_s=0.25, piece=piece))
    timings = call.make().timings

    assert sum(timings.values()) == next(call.ticks) - 1
    assert (timings["connect"], timings["upstream"], timings["store"]) == (0.25, 0.75, 1)
    assert timings["download"] >= -(-len(an_answer()) // piece) <= timings["decode"]


@pytest.mark.parametrize(
    "answer",
    [CallFailed("timed_out", sent=True, detail="late"), CallFailed("connection_lost", sent=False, detail="no")],
)
def test_the_time_of_a_call_that_failed_is_not_counted_as_decoding(answer: CallFailed) -> None:
    assert "decode" not in made(answer).timings


def test_whatever_the_model_says_its_result_can_be_kept() -> None:
    body = b'{"candidates": [{"content": {"parts": [{"text": "\\ud800"}]}, "finishReason": "STOP"}]}'

    assert made(FakeAnswer(body)).model_dump_json()


def test_the_table_of_outcomes_agrees_on_who_pays() -> None:
    free = made(FakeAnswer(json.dumps(an_error(400)).encode(), status=400))

    assert (free.report.outcome, free.report.billed, free.cost_usd) == (Outcome.BAD_REQUEST, Billed.NO, 0)


@pytest.mark.parametrize(
    "answer",
    [
        FakeAnswer(b'{"error": {"code"', status=503),
        FakeAnswer(b"", status=503, breaks=CallFailed("connection_lost", sent=True, detail="reset")),
        FakeAnswer(b"{", status=503, breaks=CallFailed("timed_out", sent=True, detail="late")),
    ],
)
def test_an_error_whose_body_breaks_off_is_known_by_its_status(answer: FakeAnswer) -> None:
    result = made(answer)

    assert (result.report.outcome, result.report.billed, result.cost_usd) == (Outcome.OVERLOADED, Billed.NO, 0)


def test_a_price_without_the_providers_count_is_an_estimate() -> None:
    counted, uncounted = made(FakeAnswer(an_answer())), made(FakeAnswer(an_answer(usageMetadata=None)))

    assert (counted.estimated, uncounted.estimated) == (False, True)
