import { pngMore, pngSuiteCorrupt } from './png-suite.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const jpegHead = '\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0'

/** What is no picture of ours at all, or says that it is one and more. */
const strangers: Record<string, () => Buffer> = {
  nothing: () => Buffer.alloc(0),
  'one byte': () => Buffer.alloc(1, 0xff),
  'a page': () => latin1('<!doctype html><script>alert(1)</script>'),
  'an SVG with a script': () =>
    latin1('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><script>alert(1)</script></svg>'),
  'an SVG with an entity': () =>
    latin1(
      '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]><svg width="200" height="200"><text>&x;</text></svg>',
    ),
  'a PDF': () => latin1('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF'),
  'a GIF': () =>
    latin1('GIF89a\xff\0\xff\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;'),
  'a TIFF': () => latin1('II*\0\x08\0\0\0\xff\xff'),
  'a big TIFF': () => latin1('MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10'),
  'a bitmap': () => latin1('BM\x46\0\0\0\0\0\0\x006\0\0\0(\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\0\x18\0'),
  'an icon': () => latin1('\0\0\x01\0\xff\xff'),
  'a HEIC': () => latin1('\0\0\0\x18ftypheic\0\0\0\0mif1heic'),
  'an AVIF': () => latin1('\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'),
  'a JPEG XL': () => latin1('\0\0\0\x0cJXL \r\n\x87\n'),
  'a JPEG 2000': () => latin1('\0\0\0\x0cjP  \r\n\x87\n'),
  'a PSD': () => latin1('8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\x7f\xff\0\0\x7f\xff\0\x08\0\x03'),
  'a vips file': () => latin1('\xb6\xa6\xf2\x08'.padEnd(200, '\0')),
  'a PPM': () => latin1('P6 99999 99999 255\n'),
  'an EXR': () => latin1('v/1\x01\x02\0\0\0'),
  'an archive': () => latin1('PK\x03\x04'.padEnd(200, '\0')),
  'a program': () => latin1('\x7fELF\x02\x01\x01'.padEnd(300, '\0')),
  'a film': () => latin1('\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41'),
  'a JPEG that is a page': () => latin1(`${jpegHead}\xff\xfe\0\x2a<html><script>alert(1)</script></html>\xff\xd9`),
  'only the ends of a JPEG': () => latin1('\xff\xd8\xff\xd9'),
  'a JPEG of fill bytes': () => Buffer.concat([latin1('\xff\xd8'), Buffer.alloc(500_000, 0xff), latin1('\xd9')]),
  'a JPEG of 30,000 empty segments': () =>
    Buffer.concat([latin1('\xff\xd8'), ...Array<Buffer>(30_000).fill(latin1('\xff\xe1\0\x02')), latin1('\xff\xd9')]),
  'a JPEG of 65535x65535 px': () => latin1(`${jpegHead}\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xd9`),
  'a JPEG of 9999x9999 px without pixels': () =>
    latin1(`${jpegHead}\xff\xc0\0\x0b\x08\x27\x0f\x27\x0f\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\xff\xd9`),
  'an empty WebP': () => latin1('RIFF\x04\0\0\0WEBP'),
  'a WebP that is longer than there are bytes': () => latin1('RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff'),
  'a WebP of 16383x16383 px without pixels': () =>
    latin1('RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xfe\xbf\xff\x0f\0\0\0\0\0'),
  'a sound in RIFF': () => latin1('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0'),
  zeros: () => Buffer.alloc(50_000),
  '10 MB and a byte': () => Buffer.concat([latin1(jpegHead), Buffer.alloc(10 * 1024 * 1024 + 1 - jpegHead.length)]),
}

/** Whole files by what is wrong with them, each of which is sent once in every run. */
export const namedFiles: Record<string, () => Buffer> = { ...pngSuiteCorrupt, ...pngMore, ...strangers }
