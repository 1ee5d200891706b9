#!/usr/bin/python3
"""Makes inputs/ and expected/ of this folder with Pillow and littlecms; README.md says how and from what."""
import io
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageCms

import containers
import icc
from drawings import SIZE, chart, clear_chart, photograph, rows_of, strip

HERE = Path(__file__).parent
LOSSLESS = {'lossless': True, 'quality': 100, 'method': 6, 'exact': True}


def save(name, data):
    (HERE / 'inputs' / name).write_bytes(data)


def expect(name, image):
    image.save(HERE / 'expected' / f'{name}.png', optimize=True)


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def decoded(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def convert(image, source, mode=None, intent=0, flags=0):
    """By littlecms, perceptual as the engine's, to sRGB as a version 2 profile: between version 4 profiles littlecms
    would move the black point too."""
    open_profile = lambda data: ImageCms.getOpenProfile(io.BytesIO(data))
    profiles = open_profile(source), open_profile(SRGB)
    return ImageCms.profileToProfile(image, *profiles, renderingIntent=intent, outputMode=mode, flags=flags)


SRGB = icc.rgb_profile(icc.SRGB, 'sRGB')
P3 = icc.rgb_profile(icc.DISPLAY_P3, 'Display P3')
CMYK = icc.cmyk_profile('Inks of no press')
GREY = icc.linear_grey_profile('Linear grey')

# EXIF 2.3, orientation: what to do to the upright picture so that the tag undoes it
TURNS = {
    1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM,
    5: Image.TRANSPOSE, 6: Image.ROTATE_90, 7: Image.TRANSVERSE, 8: Image.ROTATE_270,
}


def make_orientations():
    upright = chart()
    expect('orientation', upright)
    expect('orientation-half', upright.resize((66, 51), Image.LANCZOS))
    for orientation, turn in TURNS.items():
        stored = upright if turn is None else upright.transpose(turn)
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f'orientation-{orientation}.jpg', encoded(stored, 'JPEG', quality=95, subsampling=0, exif=exif))
        save(f'orientation-{orientation}.png', encoded(stored, 'PNG', exif=exif, optimize=True))
        save(f'orientation-{orientation}.webp', encoded(stored, 'WEBP', exif=exif.tobytes(), **LOSSLESS))


def profile_chunk(profile):
    return containers.chunk(b'iCCP', b'profile\0\0' + zlib.compress(profile))


def make_profiles():
    photo = encoded(chart(), 'JPEG', quality=95, subsampling=0, icc_profile=P3)
    save('p3.jpg', photo)
    result = convert(decoded(photo), P3)
    expect('p3', result)
    check(zip(decoded(photo).getdata(), result.getdata()), lambda rgb: icc.p3_to_srgb(rgb, 255), 'p3')

    deep = [[value * 257 ^ 0x5A for value in row] for row in rows_of(chart())]
    save('p3-16.png', containers.png(deep, 16, 2, 3, profile_chunk(P3)))
    straight = Image.new('RGB', SIZE)
    straight.putdata([icc.p3_to_srgb(row[x:x + 3], 65535) for row in deep for x in range(0, len(row), 3)])
    expect('p3-16', straight)

    grey = encoded(chart().convert('L'), 'JPEG', quality=95, icc_profile=GREY)
    save('grey-profile.jpg', grey)
    expect('grey-profile', convert(decoded(grey), GREY, 'RGB'))
    deep = [[value * 257 ^ 0x5A for value in row] for row in rows_of(chart().convert('L'))]
    save('grey-profile-16.png', containers.png(deep, 16, 0, 1, profile_chunk(GREY)))
    light = bytes(round(255 * icc.encode_srgb(value / 65535)) for row in deep for value in row)
    expect('grey-profile-16', Image.frombytes('L', SIZE, light).convert('RGB'))


def check(pairs, formula, name):
    worst = max(abs(a - b) for source, found in set(pairs) for a, b in zip(formula(source), found))
    print(f'{name}: littlecms and arithmetic differ by at most {worst}')
    assert worst <= 3, name


def make_cmyk():
    # patches with all 16 full and empty inks, then ramps of each ink
    image = Image.new('CMYK', SIZE)
    image.putdata([
        tuple(255 * (x * 16 // SIZE[0] >> bit & 1) for bit in range(4)) if y < 40 else
        tuple(255 * x // (SIZE[0] - 1) if (y - 40) // 16 == ink else 40 * (ink < 3) for ink in range(4))
        for y in range(SIZE[1]) for x in range(SIZE[0])
    ])
    with_profile = encoded(image, 'JPEG', quality=95, subsampling=0, icc_profile=CMYK)
    save('cmyk-profile.jpg', with_profile)
    expect('cmyk-profile', convert(decoded(with_profile), CMYK, 'RGB'))
    corners = Image.new('CMYK', (16, 1))
    corners.putdata([tuple(255 * (index >> bit & 1) for bit in range(4)) for index in range(16)])
    by_formula = lambda cmyk: [round(255 * icc.encode_srgb(v)) for v in icc.inks_to_linear([v / 255 for v in cmyk])]
    check(zip(corners.getdata(), convert(corners, CMYK, 'RGB').getdata()), by_formula, 'cmyk')

    plain = encoded(image, 'JPEG', quality=95, subsampling=0)
    save('cmyk-plain.jpg', plain)
    # relative colorimetric with black point compensation is what picture editors show
    press = Path(sys.argv[1]).read_bytes()
    expect('cmyk-plain', convert(decoded(plain), press, 'RGB', 1, ImageCms.FLAGS['BLACKPOINTCOMPENSATION']))


def make_kinds():
    upright, clear = chart(), clear_chart()
    few = upright.quantize(16, dither=Image.Dither.NONE)
    clear_few = clear.quantize(200, method=Image.Quantize.FASTOCTREE)
    grey = upright.convert('L')
    grey_alpha = Image.merge('LA', (grey, clear.getchannel('A')))

    for name, image, mode in (
        ('rgb', upright, 'RGB'), ('rgba', clear, 'RGBA'), ('palette', few, 'RGB'), ('palette-clear', clear_few, 'RGBA'),
        ('grey', grey, 'RGB'), ('grey-alpha', grey_alpha, 'RGBA'),
    ):
        save(f'{name}.png', encoded(image, 'PNG', optimize=True))
        expect(name, image.convert(mode))
    for depth in (1, 2, 4):
        rows = [[value >> (8 - depth) for value in row] for row in rows_of(grey)]
        save(f'grey-{depth}-bit.png', containers.png(rows, depth, 0, 1))
        top = 2 ** depth - 1
        light = bytes(value * 255 // top for row in rows for value in row)
        expect(f'grey-{depth}-bit', Image.frombytes('L', SIZE, light).convert('RGB'))

    # one colour that is wholly clear (tRNS), as PNG has it beside an alpha channel
    key = containers.chunk(b'tRNS', struct.pack('>HHH', 255, 255, 255))
    save('rgb-key.png', containers.png(rows_of(upright), 8, 2, 3, key))
    keyed = upright.convert('RGBA')
    keyed.putdata([(*rgb, 0 if rgb == (255, 255, 255) else 255) for rgb in upright.getdata()])
    expect('rgb-key', keyed)
    save('interlaced.png', containers.png(rows_of(upright), 8, 2, 3, interlaced=True))

    deep_kinds = (('rgb', upright, 2), ('rgba', clear, 6), ('grey', grey, 0), ('grey-alpha', grey_alpha, 4))
    for name, image, colour in deep_kinds:
        channels = len(image.getbands())
        # low bytes of every value, which a decoder may round or cut off
        deep = [[value << 8 | (31 * i + 7) % 256 for i, value in enumerate(row)] for row in rows_of(image)]
        save(f'{name}-16.png', containers.png(deep, 16, colour, channels))
        shallow = Image.frombytes(image.mode, SIZE, bytes((value * 255 + 32767) // 65535 for row in deep for value in row))
        expect(f'{name}-16', shallow.convert('RGBA' if channels % 2 == 0 else 'RGB'))


def make_jpegs():
    photo = photograph((1500, 900, 3500, 2445), SIZE)
    for name, options in {
        'baseline': {'subsampling': 2}, 'half-colour': {'subsampling': 1},
        # at this quality none of the cuts of the tests falls between two scans, where a file may well end
        'progressive': {'subsampling': 2, 'progressive': True, 'quality': 88},
    }.items():
        data = encoded(photo, 'JPEG', **{'quality': 90, **options})
        save(f'{name}.jpg', data)
        expect(name, decoded(data))
    data = encoded(photo.convert('L'), 'JPEG', quality=90)
    save('grey.jpg', data)
    expect('grey-jpeg', decoded(data).convert('RGB'))


def make_webps():
    clear = clear_chart()
    lossy = encoded(clear, 'WEBP', quality=90, alpha_quality=100)
    save('lossy.webp', lossy)
    expect('lossy-webp', decoded(lossy).convert('RGBA'))
    save('lossless.webp', encoded(clear, 'WEBP', **LOSSLESS))

    first, second = chart(), Image.new('RGB', SIZE, '#00ff00')
    lossless = lambda image: encoded(image, 'WEBP', **LOSSLESS)
    frames = [(0, 0, *SIZE, lossless(each)) for each in (first, second, second)]
    save('animated.webp', containers.animation(SIZE, frames, alpha=False))
    part = chart((61, 41))
    frames = [(30, 20, *part.size, lossless(part)), (0, 0, *SIZE, lossless(second))]
    save('animated-part.webp', containers.animation(SIZE, frames, alpha=True))
    canvas = Image.new('RGBA', SIZE)
    canvas.paste(part, (30, 20))
    expect('animated-part', canvas)


def make_sizes():
    for name, size, small in (('tall', (100, 30000), (55, 16383)), ('wide', (30000, 100), (16383, 55))):
        image = strip(size)
        save(f'{name}.png', encoded(image, 'PNG', optimize=True))
        expect(name, image.resize(small, Image.LANCZOS))
    data = encoded(strip((100, 30000)), 'JPEG', quality=75)
    save('tall.jpg', data)

    photo = photograph((1500, 900, 3900, 2500), (480, 320))
    data = encoded(photo, 'JPEG', quality=92, subsampling=0)
    save('photo.jpg', data)
    photo = decoded(data)
    expect('photo-160', photo.resize((160, 107), Image.LANCZOS))
    expect('photo-cover', photo.resize((100, 100), Image.LANCZOS, box=(80, 0, 400, 320)))

    clear = clear_chart((300, 300))
    save('clear.png', encoded(clear, 'PNG', optimize=True))
    expect('clear-120', clear.resize((120, 120), Image.LANCZOS))
    white = Image.new('RGBA', clear.size, 'white')
    expect('clear-white', Image.alpha_composite(white, clear).convert('RGB'))
    expect('clear-white-120', Image.alpha_composite(white, clear).convert('RGB').resize((120, 120), Image.LANCZOS))

    for size in ((100, 100), (101, 103), (100, 333), (997, 100)):
        data = encoded(chart(size), 'JPEG', quality=75, subsampling=2)
        save(f'size-{size[0]}x{size[1]}.jpg', data)
        expect(f'size-{size[0]}x{size[1]}', decoded(data))


def make_private():
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x8298] = containers.SECRET
    exif[0x8825] = {1: 'N', 2: (36.0, 6.0, 53.0), 3: 'W', 4: (115.0, 10.0, 22.0), 0x1B: containers.SECRET.encode()}
    exif[0x8769] = {0x927C: containers.SECRET.encode(), 0xA430: containers.SECRET}
    block, profile = exif.tobytes(), icc.rgb_profile(icc.DISPLAY_P3, containers.SECRET)
    image = chart()
    save('private.jpg', containers.private_jpeg(encoded(image, 'JPEG', quality=90, dpi=(300, 300)), block, profile))
    chunks = containers.private_png_chunks(block[6:], profile)
    save('private.png', containers.png(rows_of(image), 8, 2, 3, chunks))
    save('private.webp', containers.private_webp(encoded(image, 'WEBP', quality=90), SIZE, block[6:], profile))


for folder in ('inputs', 'expected'):
    (HERE / folder).mkdir(exist_ok=True)
make_orientations()
make_profiles()
make_cmyk()
make_kinds()
make_jpegs()
make_webps()
make_sizes()
make_private()
