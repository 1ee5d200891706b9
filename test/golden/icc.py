"""Small ICC version 2 profiles, from the specification (ICC.1:2001-04), and the arithmetic they stand for."""
import struct

D50 = (0.9642, 1.0, 0.8249)
D65 = (0.3127, 0.3290)
SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def multiply(a, b):
    return tuple(tuple(sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)) for i in range(3))


def apply(matrix, vector):
    return tuple(sum(row[k] * vector[k] for k in range(3)) for row in matrix)


def invert(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    rows = ((e * i - f * h, c * h - b * i, b * f - c * e), (f * g - d * i, a * i - c * g, c * d - a * f),
            (d * h - e * g, b * g - a * h, a * e - b * d))
    det = a * rows[0][0] + b * rows[1][0] + c * rows[2][0]
    return tuple(tuple(value / det for value in row) for row in rows)


def to_xyz(x, y):
    return (x / y, 1.0, (1 - x - y) / y)


def rgb_to_d50(primaries):
    """Linear RGB with a D65 white to XYZ relative to D50, adapted by Bradford."""
    columns = [to_xyz(*each) for each in primaries]
    matrix = tuple(tuple(column[row] for column in columns) for row in range(3))
    scale = apply(invert(matrix), to_xyz(*D65))
    matrix = tuple(tuple(row[k] * scale[k] for k in range(3)) for row in matrix)
    here, there = apply(BRADFORD, to_xyz(*D65)), apply(BRADFORD, D50)
    gain = tuple(tuple(there[i] / here[i] if i == j else 0.0 for j in range(3)) for i in range(3))
    return multiply(multiply(invert(BRADFORD), multiply(gain, BRADFORD)), matrix)


def decode_srgb(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def encode_srgb(value):
    value = min(1.0, max(0.0, value))
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


P3_TO_SRGB = multiply(invert(rgb_to_d50(SRGB)), rgb_to_d50(DISPLAY_P3))


def p3_to_srgb(rgb, top):
    """Display P3 of 0..top to 8-bit sRGB, what is out of gamut clipped."""
    linear = apply(P3_TO_SRGB, [decode_srgb(value / top) for value in rgb])
    return tuple(round(encode_srgb(value) * 255) for value in linear)


def to_lab(xyz):
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (v / w for v, w in zip(xyz, D50))]
    return (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))


# light that a full layer lets through, linear sRGB: no real press, so that no built-in profile can pass for it
INKS = ((0.10, 0.80, 0.20), (0.90, 0.40, 0.05), (0.50, 0.10, 0.80), (0.03, 0.03, 0.03))


def inks_to_linear(cmyk):
    light = [1.0, 1.0, 1.0]
    for amount, ink in zip(cmyk, INKS):
        light = [value * (1 - amount * (1 - through)) for value, through in zip(light, ink)]
    return light


def s15(value):
    return struct.pack('>i', round(value * 65536))


def profile(device_class, space, pcs, description, tags):
    text = description.encode('ascii') + b'\0'
    tags = {
        b'desc': b'desc\0\0\0\0' + struct.pack('>I', len(text)) + text + bytes(8 + 3 + 67),
        b'cprt': b'text\0\0\0\0No copyright, use freely\0',
        b'wtpt': b'XYZ \0\0\0\0' + b''.join(map(s15, D50)),
        **tags,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body, places = b'', b'', {}
    for name, data in tags.items():
        if data not in places:
            places[data] = offset + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + struct.pack('>II', places[data], len(data))
    size = offset + len(body)
    header = struct.pack('>I4xI4s4s4s6H4s', size, 0x02400000, device_class, space, pcs, 2026, 1, 1, 0, 0, 0, b'acsp')
    header = header.ljust(64, b'\0') + struct.pack('>I', 0) + b''.join(map(s15, D50))
    return header.ljust(128, b'\0') + struct.pack('>I', len(tags)) + table + body


def rgb_profile(primaries, description):
    columns = list(zip(*rgb_to_d50(primaries)))
    curve = b''.join(struct.pack('>H', round(decode_srgb(i / 1023) * 65535)) for i in range(1024))
    curve = b'curv\0\0\0\0' + struct.pack('>I', 1024) + curve
    names = (b'r', b'g', b'b')
    tags = {name + b'XYZ': b'XYZ \0\0\0\0' + b''.join(map(s15, column)) for name, column in zip(names, columns)}
    tags |= {name + b'TRC': curve for name in names}
    return profile(b'mntr', b'RGB ', b'XYZ ', description, tags)


def linear_grey_profile(description):
    return profile(b'mntr', b'GRAY', b'XYZ ', description, {b'kTRC': b'curv\0\0\0\0' + struct.pack('>I', 0)})


def cmyk_profile(description, grid=5):
    to_d50 = rgb_to_d50(SRGB)
    steps = [i / (grid - 1) for i in range(grid)]
    table = b''
    for cmyk in ((c, m, y, k) for c in steps for m in steps for y in steps for k in steps):
        lightness, a, b = to_lab(apply(to_d50, inks_to_linear(cmyk)))
        table += struct.pack('>3H', round(lightness * 652.8), round((a + 128) * 256), round((b + 128) * 256))
    identity = b''.join(s15(1.0 if i % 4 == 0 else 0.0) for i in range(9))
    ramp = struct.pack('>HH', 0, 65535)
    lut = b'mft2\0\0\0\0' + bytes((4, 3, grid, 0)) + identity + struct.pack('>HH', 2, 2) + ramp * 4 + table + ramp * 3
    return profile(b'prtr', b'CMYK', b'Lab ', description, {b'A2B0': lut})
