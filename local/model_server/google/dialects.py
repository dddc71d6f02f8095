"""generateContent on its two surfaces: the Developer API and Vertex AI."""

from dataclasses import replace

from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming
from local.model_server.fate import Fate
from local.model_server.fault import Fault
from local.model_server.google import answer, faults, request
from local.model_server.models import Model, models
from local.model_server.openai.look_alike import gateway_price


def key_of(incoming: Incoming) -> str:
    given = incoming.request
    return given.headers.get("x-goog-api-key") or given.query.get("key") or incoming.bearer


def check_key(incoming: Incoming) -> None:
    key = key_of(incoming)
    if not key:
        raise faults.refuse(403, faults.NO_KEY)
    if key == "bad":
        raise faults.bad_key()


def known_model(incoming: Incoming) -> Model:
    name = incoming.param("model")
    if name not in models():
        raise faults.gone(name, incoming.param("version"))
    return models()[name]


def _read(incoming: Incoming) -> Ask:
    """Who comes with a bearer wants a gateway: APIYI has the same paths, and charges by the call, blank or not."""
    ask = request.DEVELOPER.read(incoming.body, known_model(incoming))
    return replace(ask, usd=gateway_price(ask.model), blank_billed=True) if incoming.bearer else ask


def _fail(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    return faults.scripted(fate, ask.model.id, incoming.param("version"))


GEMINI = Dialect(
    name="gemini",
    check_key=check_key,
    unreadable=faults.unreadable,
    read=_read,
    write=answer.write,
    fail=_fail,
)


def _check_vertex_key(incoming: Incoming) -> None:
    """Vertex takes an API key, or an OAuth token as a bearer; each has its own refusal."""
    key = key_of(incoming)
    if not key:
        raise faults.refuse(401, faults.NO_CREDENTIAL)
    if key == "bad":
        raise faults.refuse(401, faults.BAD_CREDENTIAL) if incoming.bearer else faults.bad_key(faults.VERTEX)


def _vertex_gone(incoming: Incoming) -> Fault:
    place = "/".join(
        part
        for kind in ("projects", "locations")
        if incoming.param(kind[:-1])
        for part in (kind, incoming.param(kind[:-1]))
    )
    name = f"{place}/publishers/google/models/{incoming.param('model')}".lstrip("/")
    text = f"Publisher Model `{name}` was not found or your project does not have access to it."
    link = "https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
    return faults.refuse(
        404, f"{text} Please ensure you are using a valid model version. For more information, see: {link}"
    )


def _read_vertex(incoming: Incoming) -> Ask:
    name = incoming.param("model")
    if name not in models():
        raise _vertex_gone(incoming)
    return request.VERTEX.read(incoming.body, models()[name])


def _fail_vertex(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    if fate.kind == "404":
        return _vertex_gone(incoming)
    return faults.scripted(fate, ask.model.id, incoming.param("version"), faults.VERTEX)


VERTEX = Dialect(
    name="vertex",
    check_key=_check_vertex_key,
    unreadable=faults.unreadable,
    read=_read_vertex,
    write=answer.write,
    fail=_fail_vertex,
)
