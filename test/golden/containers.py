"""What Pillow cannot write: PNGs of any depth, animations whose first frame is a part, private metadata."""
import struct
import zlib

SECRET = 'Jane Doe 36.1147N 115.1728W'


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def pack_row(values, depth):
    if depth == 16:
        return struct.pack(f'>{len(values)}H', *values)
    packed = bytearray((len(values) * depth + 7) // 8)
    for index, value in enumerate(values):
        at = index * depth
        packed[at // 8] |= value << (8 - depth - at % 8)
    return bytes(packed)


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png(rows, depth, colour, channels, before=b'', interlaced=False):
    """`rows` are lists of samples; `before` are chunks that come before the pixels. PNG (W3C) 5 and 8."""
    width, height = len(rows[0]) // channels, len(rows)
    header = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, int(interlaced))
    data = b''
    for x, y, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        for row in rows[y::dy]:
            picked = [row[i * channels + c] for i in range(x, width, dx) for c in range(channels)]
            data += b'\0' + pack_row(picked, depth) if picked else b''
    body = chunk(b'IHDR', header) + before + chunk(b'IDAT', zlib.compress(data, 9)) + chunk(b'IEND', b'')
    return b'\x89PNG\r\n\x1a\n' + body


def riff(chunks):
    parts = (name + struct.pack('<I', len(data)) + data + bytes(len(data) % 2) for name, data in chunks)
    body = b'WEBP' + b''.join(parts)
    return b'RIFF' + struct.pack('<I', len(body)) + body


def u24(value):
    return struct.pack('<I', value)[:3]


def webp_chunks(data):
    at, found = 12, []
    while at + 8 <= len(data):
        length = struct.unpack_from('<I', data, at + 4)[0]
        found.append((data[at:at + 4], data[at + 8:at + 8 + length]))
        at += 8 + length + length % 2
    return found


def animation(canvas, frames, alpha):
    """`frames` are (x, y, width, height, WebP of one picture); x and y are even. RFC 9649."""
    width, height = canvas
    header = struct.pack('<I', 0x12 if alpha else 0x02) + u24(width - 1) + u24(height - 1)
    chunks = [(b'VP8X', header), (b'ANIM', bytes(6))]
    for x, y, w, h, data in frames:
        picture = riff([each for each in webp_chunks(data) if each[0] in (b'ALPH', b'VP8 ', b'VP8L')])[12:]
        head = b''.join(map(u24, (x // 2, y // 2, w - 1, h - 1, 100)))
        chunks.append((b'ANMF', head + b'\x02' + picture))
    return riff(chunks)


def xmp():
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{SECRET}</dc:creator></x:xmpmeta>'.encode()


def iptc():
    name = SECRET.encode()
    dataset = b'\x1c\x02\x50' + struct.pack('>H', len(name)) + name
    block = struct.pack('>I', len(dataset)) + dataset + bytes(len(dataset) % 2)
    return b'Photoshop 3.0\0' + b'8BIM\x04\x04\0\0' + block


def private_jpeg(data, exif, icc):
    def segment(marker, body):
        return struct.pack('>BBH', 0xFF, marker, len(body) + 2) + body
    extra = [
        segment(0xE1, exif),
        segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0' + xmp()),
        segment(0xE1, b'http://ns.adobe.com/xmp/extension/\0' + b'0' * 32 + struct.pack('>II', len(xmp()), 0) + xmp()),
        segment(0xE2, b'ICC_PROFILE\0\x01\x01' + icc),
        segment(0xED, iptc()),
        segment(0xEC, b'Ducky' + SECRET.encode()),
        segment(0xFE, SECRET.encode()),
    ]
    return data[:2] + b''.join(extra) + data[2:]


def private_png_chunks(exif, icc):
    secret = SECRET.encode()
    return b''.join((
        chunk(b'iCCP', b'private\0\0' + zlib.compress(icc)),
        chunk(b'pHYs', struct.pack('>IIB', 11811, 11811, 1)),
        chunk(b'eXIf', exif),
        chunk(b'tEXt', b'Author\0' + secret),
        chunk(b'zTXt', b'Comment\0\0' + zlib.compress(secret)),
        chunk(b'zTXt', b'Raw profile type iptc\0\0' + zlib.compress(f'\niptc\n{len(iptc())}\n{iptc().hex()}'.encode())),
        chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + xmp()),
        chunk(b'tIME', struct.pack('>HBBBBB', 2026, 1, 2, 3, 4, 5)),
    ))


def private_webp(data, size, exif, icc):
    picture = [each for each in webp_chunks(data) if each[0] in (b'VP8 ', b'VP8L')]
    header = struct.pack('<I', 0x2C) + u24(size[0] - 1) + u24(size[1] - 1)
    return riff([(b'VP8X', header), (b'ICCP', icc), *picture, (b'EXIF', exif), (b'XMP ', xmp())])
