"""Everything behind the ridges: the fade of the sky, stars, haze, and the sun or moon with its glow."""

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from local.model_server.palette import Colour, mix
from local.model_server.scene import Scene

HORIZON = 0.62  # where the sky has reached its last colour, in parts of the height


def column(stops: tuple[Colour, ...], size: tuple[int, int], end: float = 1.0) -> Image.Image:
    """A vertical fade through the stops; the last one holds from `end` downwards."""
    height = 256
    strip = Image.new("RGB", (1, height))
    for y in range(height):
        along = min(1.0, y / (height * end)) * (len(stops) - 1)
        left = min(int(along), len(stops) - 2)
        share = along - left
        strip.putpixel((0, y), mix(stops[left], stops[left + 1], share * share * (3 - 2 * share)))
    return strip.resize(size, Image.Resampling.BICUBIC)


def noise(random: Random, cells: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """Soft noise: random cells, enlarged smoothly. Pillow's own noise cannot be seeded."""
    raw = Image.frombytes("L", cells, random.randbytes(cells[0] * cells[1]))
    return raw.resize(size, Image.Resampling.BICUBIC)


def paint_sky(size: tuple[int, int], scene: Scene, random: Random) -> Image.Image:
    canvas = column(scene.palette.sky, size, HORIZON)
    if scene.palette.night:
        canvas.paste(scene.palette.light, mask=_stars(size, random))
    canvas.paste(scene.palette.light, mask=_haze(size, random))
    _glow(canvas, scene)
    _light(canvas, scene)
    return canvas


def _stars(size: tuple[int, int], random: Random) -> Image.Image:
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    unit = min(size) / 900
    for _ in range(round(420 * max(size) / min(size))):
        x, y = random.uniform(0, size[0]), size[1] * 0.6 * random.random() ** 1.4
        radius, bright = unit * random.choice((0.5, 0.5, 0.8, 1.3)), random.randint(40, 210)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=bright)
    return mask.filter(ImageFilter.GaussianBlur(unit * 0.45))


def _haze(size: tuple[int, int], random: Random) -> Image.Image:
    """Streaks of high cloud, densest a little above the horizon."""
    width, height = size
    wide = max(2, round(5 * width / height)), 26
    fine = wide[0] * 3, 60
    streaks = ImageChops.multiply(noise(random, wide, size), noise(random, fine, size))
    veil = Image.linear_gradient("L").resize((width, round(height * HORIZON)))
    band = Image.new("L", size)
    band.paste(veil, (0, 0))
    return ImageChops.multiply(streaks, band).point([min(150, max(0, value - 18) * 2) for value in range(256)])


def _disc(size: tuple[int, int], scene: Scene) -> tuple[int, int, float]:
    return round(size[0] * scene.light_at[0]), round(size[1] * scene.light_at[1]), min(size) * scene.light_radius


def _glow(canvas: Image.Image, scene: Scene) -> None:
    x, y, radius = _disc(canvas.size, scene)
    falloff = ImageChops.invert(Image.radial_gradient("L"))
    unit = min(canvas.size)
    for side, strength in ((round(unit * 1.7), 0.42), (round(radius * 6), 0.5)):
        halo = falloff.point([round((value / 255) ** 2.4 * 255 * strength) for value in range(256)])
        halo = halo.resize((side, side), Image.Resampling.BICUBIC)
        canvas.paste(scene.palette.light, (x - side // 2, y - side // 2), halo)


def _light(canvas: Image.Image, scene: Scene) -> None:
    x, y, radius = _disc(canvas.size, scene)
    side = round(radius * 2) * 4
    disc = Image.new("L", (side, side))
    draw = ImageDraw.Draw(disc)
    draw.ellipse((2, 2, side - 2, side - 2), fill=250)
    if scene.palette.night and scene.crescent:
        draw.ellipse((side * 0.26, -side * 0.1, side * 1.16, side * 0.8), fill=0)
    face = disc.reduce(4)
    canvas.paste(scene.palette.light, (x - face.width // 2, y - face.height // 2), face)
