"""What the golden pictures show."""
import math
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (131, 101)


def chart(size=SIZE):
    """Smooth colours, a large F (its own mirror images are all different) and four corners of four colours."""
    width, height = size
    image = Image.new('RGB', size)
    image.putdata([
        (255 * x // (width - 1), 255 * y // (height - 1), round(127 + 127 * math.sin((x + 2 * y) / 17)))
        for y in range(height) for x in range(width)
    ])
    draw = ImageDraw.Draw(image)
    left, top, unit = width // 3, height // 5, height // 10
    draw.rectangle((left, top, left + unit, top + 6 * unit), '#ffffff')
    draw.rectangle((left, top, left + 4 * unit, top + unit), '#ffffff')
    draw.rectangle((left, top + 3 * unit, left + 3 * unit, top + 4 * unit), '#101010')
    right, bottom = width - 12, height - 8
    for x, y, colour in ((0, 0, 'red'), (right, 0, 'lime'), (right, bottom, 'blue'), (0, bottom, 'yellow')):
        draw.rectangle((x, y, x + 11, y + 7), colour)
    return image


def clear_chart(size=SIZE):
    """The chart with alpha of every value, and colours under what is wholly clear."""
    image = chart(size).convert('RGBA')
    width, height = size
    alpha = lambda x, y: round(400 * math.hypot(x / width - 0.5, y / height - 0.5) - 20)
    image.putalpha(Image.frombytes('L', size, bytes(
        max(0, min(255, alpha(x, y))) for y in range(height) for x in range(width)
    )))
    return image


def photograph(box, size):
    """A part of a sample photograph of the project that is in the public domain (CC0)."""
    path = Path(__file__).parent.parent.parent / 'examples' / 'photos' / 'dandelion-meadow-16mp.jpg'
    return Image.open(path).convert('RGB').crop(box).resize(size, Image.LANCZOS)


def strip(size):
    """Colours that change along the long side only, slowly, with a mark each 1,000 px."""
    long = max(size)
    line = Image.new('RGB', (1, long))
    line.putdata([
        (255, 255, 255) if at % 1000 < 40 else
        tuple(round(127 + 120 * math.sin(at / long * math.tau * turns)) for turns in (1, 2, 3)) for at in range(long)
    ])
    line = line if size[1] == long else line.transpose(Image.ROTATE_90)
    return line.resize(size, Image.NEAREST)


def rows_of(image):
    width, channels = image.width, len(image.getbands())
    data = image.tobytes()
    return [list(data[at:at + width * channels]) for at in range(0, len(data), width * channels)]
