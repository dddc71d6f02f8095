"""A landscape without lettering: ridges behind ridges with mist between them, or water under the light."""

from collections.abc import Iterator
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from local.model_server.palette import mix
from local.model_server.scene import Scene, likely
from local.model_server.sky import HORIZON, column, paint_sky

BARE = 0.3  # ridges farther away than this show no trees
SMOOTH = 2  # edges are drawn this much larger and reduced: Pillow's polygons are not smooth


def paint(size: tuple[int, int], scene: Scene, random: Random) -> Image.Image:
    canvas = paint_sky(size, scene, random)
    if scene.water:
        _ridge(canvas, scene, random, depth=0.16, top=HORIZON - 0.06)
        _ridge(canvas, scene, random, depth=0.34, top=HORIZON - 0.025)
        _water(canvas, scene, random)
        _ridge(canvas, scene, random, depth=1.0, top=0.86)
    else:
        count = random.choice((5, 6, 7))
        for index in range(count):
            depth = (index + 0.6) / (count - 0.4)
            _ridge(canvas, scene, random, depth=depth, top=0.44 + 0.36 * depth**1.15)
    _birds(canvas, scene, random)
    return canvas


def _heights(random: Random, rough: float, waves: float) -> Iterator[float]:
    """Value noise along the ridge, octave upon octave, in -1..1; 401 points across the width."""
    cells_of = [waves * 2**octave for octave in range(7)]
    knots_of = [[random.uniform(-1, 1) for _ in range(int(cells) + 3)] for cells in cells_of]
    octaves = [(cells, rough**octave, knots_of[octave]) for octave, cells in enumerate(cells_of)]
    total = sum(weight for _, weight, _ in octaves)
    for step in range(401):
        height = 0.0
        for cells, weight, knots in octaves:
            left, share = divmod(step / 400 * cells, 1)
            soft = share * share * (3 - 2 * share)
            height += weight * (knots[int(left)] * (1 - soft) + knots[int(left) + 1] * soft)
        yield height / total


def _ridge(canvas: Image.Image, scene: Scene, random: Random, *, depth: float, top: float) -> None:
    """One ridge; depth 0 is the horizon, 1 is at our feet."""
    width, height = canvas.size
    tall = min(height * 0.2, width * 0.16 + height * 0.03) * (0.5 + 0.6 * depth)
    waves = max(1.2, (3.4 - 1.6 * depth) * min(4.0, width / height))
    edge = [
        (step / 400 * width, height * top - tall * (rise * 0.9 + 0.1))
        for step, rise in enumerate(_heights(random, scene.rough, waves))
    ]
    mask = Image.new("L", (width * SMOOTH, height * SMOOTH))
    draw = ImageDraw.Draw(mask)
    draw.polygon([(x * SMOOTH, y * SMOOTH) for x, y in [*edge, (width, height), (0, height)]], fill=255)
    if scene.woods and depth > BARE:
        _trees(draw, edge, random, min(width, height) * SMOOTH * (0.02 + 0.075 * depth**2))
    body = _mist(canvas.size, scene, depth, top=round(min(y for _, y in edge)), tall=round(tall * 3))
    canvas.paste(body, mask=mask.reduce(SMOOTH))


def _mist(size: tuple[int, int], scene: Scene, depth: float, *, top: int, tall: int) -> Image.Image:
    """What a ridge is filled with: its own colour at the crest, and mist below, thicker the farther away it is."""
    crest = mix(scene.palette.far, scene.palette.near, depth**1.25)
    mist = mix(crest, scene.palette.sky[-1], 0.62 * (1 - depth) ** 0.8)
    body = Image.new("RGB", size, mist)
    body.paste(column((crest, mix(crest, mist, 0.8), mist), (size[0], max(2, tall))), (0, top))
    return body


def _trees(draw: ImageDraw.ImageDraw, edge: list[tuple[float, float]], random: Random, tall: float) -> None:
    """Conifers along the edge, in clumps and clearings."""
    x, end = 0.0, edge[-1][0] * SMOOTH
    while x < end:
        foot = edge[min(400, int(x / end * 400))][1] * SMOOTH + tall * 0.15
        size = tall * random.uniform(0.45, 1.0)
        for tier in range(4):
            low, half = foot - size * tier * 0.22, size * (0.26 - 0.05 * tier)
            draw.polygon([(x - half, low), (x + half, low), (x, low - size * 0.42)], fill=255)
        x += tall * (random.uniform(0.12, 0.4) if likely(random, 0.85) else random.uniform(0.8, 2.6))


def _water(canvas: Image.Image, scene: Scene, random: Random) -> None:
    width, height = canvas.size
    line = round(height * HORIZON)
    mirror = canvas.crop((0, line - (height - line), width, line)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = mirror.filter(ImageFilter.GaussianBlur(min(canvas.size) / 160))
    shade = Image.new("RGB", mirror.size, mix(scene.palette.sky[0], scene.palette.near, 0.25))
    fade = Image.linear_gradient("L").point([12 + value * 7 // 10 for value in range(256)]).resize(mirror.size)
    canvas.paste(Image.composite(shade, mirror, fade), (0, line))
    _shore_mist(canvas, scene, line)
    canvas.paste(scene.palette.light, (0, line), _glints(mirror.size, scene, random))


def _shore_mist(canvas: Image.Image, scene: Scene, line: int) -> None:
    """Where land and its mirror meet there is a bright breath of mist; without it the two would be one."""
    half = max(2, round(min(canvas.size) * 0.035))
    falling = Image.linear_gradient("L").point([round((1 - value / 255) ** 2 * 190) for value in range(256)])
    below = falling.resize((canvas.width, half))
    above = below.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    canvas.paste(scene.palette.sky[-1], (0, line), below)
    canvas.paste(scene.palette.sky[-1], (0, line - half), above)


def _glints(size: tuple[int, int], scene: Scene, random: Random) -> Image.Image:
    """The path of light on the water: short strokes, wider apart and fainter towards us."""
    width, height = size
    mask = Image.new("L", (width * SMOOTH, height * SMOOTH))
    draw = ImageDraw.Draw(mask)
    unit = min(width, height * 2.6) * SMOOTH
    for _ in range(420):
        near = random.random() ** 1.5
        x = width * SMOOTH * scene.light_at[0] + random.gauss(0, 0.035 + 0.1 * near) * unit
        y, half = near * height * SMOOTH, unit * random.uniform(0.004, 0.02) * (0.5 + near)
        bright = round(random.uniform(90, 235) * (1 - 0.6 * near))
        draw.ellipse((x - half, y, x + half, y + unit * (0.0012 + 0.003 * near)), fill=bright)
    return mask.reduce(SMOOTH)


def _birds(canvas: Image.Image, scene: Scene, random: Random) -> None:
    if scene.palette.night or likely(random, 0.4):
        return
    draw = ImageDraw.Draw(canvas, "RGBA")
    unit = min(canvas.size)
    home = canvas.width * (1.0 - scene.light_at[0]), canvas.height * random.uniform(0.2, 0.34)
    for _ in range(random.randint(3, 7)):
        x, y = home[0] + random.gauss(0, 0.06) * unit, home[1] + random.gauss(0, 0.03) * unit
        wing, ink = unit * random.uniform(0.008, 0.015), (*scene.palette.near, 170)
        line = max(1, round(unit / 500))
        shape = [(x - wing, y - wing * 0.45), (x, y), (x + wing, y - wing * 0.5)]
        draw.line(shape, fill=ink, width=line, joint="curve")
