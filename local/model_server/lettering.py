"""The prompt, set as the title of the picture, and the line beneath it that says what was delivered."""

import re
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from local.model_server.palette import Colour

LONGEST = 140  # characters of a prompt that are set; the rest is an ellipsis
SMALLEST = 7.0  # pixels
NO_GLYPH = "\uffff"
# Tried in this order when Pillow's own font lacks a character. Whatever is not installed is skipped.
FALLBACKS = (
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "PingFang.ttc", "Hiragino Sans GB.ttc", "msyh.ttc",
    "wqy-zenhei.ttc", "wqy-microhei.ttc", "Arial Unicode.ttf", "DejaVuSans.ttf",
)  # fmt: skip

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Title:
    lines: tuple[str, ...]
    font: Font
    leading: int


def load(size: float, name: str | None = None) -> Font:
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


@cache
def has_glyph(name: str | None, character: str) -> bool:
    font = load(24, name)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask(NO_GLYPH))


@cache
def fonts() -> tuple[str | None, ...]:
    """Pillow's own font, and those of the fallbacks that this machine has."""
    found: list[str | None] = [None]
    for name in FALLBACKS:
        try:
            load(24, name)
        except OSError:
            continue
        found.append(name)
    return tuple(found)


def settle(prompt: str, number: int) -> tuple[str, str | None]:
    """The words that can be set, and the font that can set them; a print's number where no font can."""
    text = re.sub(r"\s+", " ", prompt).strip()
    text = text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + "…"
    name = max(fonts(), key=lambda each: sum(has_glyph(each, character) for character in text))
    words = "".join(character for character in text if has_glyph(name, character)).strip()
    return (words, name) if len(words) * 2 > len(text) else (f"No. {number}", None)


def wrap(text: str, font: Font, width: float) -> tuple[str, ...]:
    """Greedy lines; scripts without spaces break anywhere."""
    lines = [""]
    for word in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]{1,24}\s*|\s+", text):
        if lines[-1] and font.getlength((lines[-1] + word).rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return tuple(line.strip() for line in lines if line.strip())


def _balanced(lines: tuple[str, ...], font: Font, width: float) -> tuple[str, ...]:
    """The same number of lines, of like length: no word is left alone on the last one."""
    narrower = wrap(" ".join(lines), font, width * 0.95)
    if len(narrower) != len(lines) or max(map(font.getlength, narrower)) > width * 0.95:
        return lines
    return _balanced(narrower, font, width * 0.95)


def compose(text: str, name: str | None, width: float, height: float, largest: float) -> Title:
    """The largest setting that fits the box."""
    size = largest
    while True:
        font, leading = load(size, name), round(size * 1.22)
        lines = wrap(text, font, width)
        fits = len(lines) * leading <= height and all(font.getlength(line) <= width for line in lines)
        if fits or size < SMALLEST:
            return Title(_balanced(lines, font, width), font, leading)
        size *= 0.93


def letter(canvas: Image.Image, prompt: str, caption: str, number: int, ink: Colour) -> None:
    width, height = canvas.size
    unit = min(width, height)
    margin = unit * 0.085
    draw = ImageDraw.Draw(canvas)
    small = max(SMALLEST, unit * 0.021)
    measure = min(width - 2 * margin, unit * 1.5)
    words, name = settle(prompt, number)
    title = compose(words, name, measure, max(unit * 0.3, height * 0.16), unit * 0.076)
    bottom = height - margin - small * 1.3
    _spaced(draw, (margin, bottom), caption, size=small, ink=ink, room=width - 2 * margin)
    top = bottom - small * 1.1 - len(title.lines) * title.leading
    for index, line in enumerate(title.lines):
        draw.text((margin, top + index * title.leading), line, font=title.font, fill=ink)


def _spaced(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, size: float, ink: Colour, room: float
) -> None:
    """Small capitals want air between them: letter by letter, narrower where the room is short."""
    font = load(size)
    wide = sum(font.getlength(character) for character in text)
    track = min(size * 0.14, max(0.0, (room - wide) / len(text)))
    if wide > room:
        font, track = load(size * room / wide), 0.0
    x = at[0]
    for character in text:
        draw.text((x, at[1]), character, font=font, fill=ink)
        x += font.getlength(character) + track
