import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { encode } from '../../../src/workers/pixels.ts'
import type { InputFormat, Output, OutputFormat } from '../../../src/workers/protocol.ts'
import { applySharpSettings } from '../../../src/workers/sharp-settings.ts'
import { listParts } from '../../support/containers.ts'
import { goldenPath, openGolden } from '../../support/golden.ts'

applySharpSettings()

const outputs: Output[] = [
  { format: 'jpeg', quality: 85 },
  { format: 'png', compressionLevel: 6 },
  { format: 'webp', quality: 85, effort: 4 },
  { format: 'avif', quality: 50, effort: 2 },
]

/** Everything that an output of ours is made of; none of it can hold words, or a profile. */
const harmless: Record<OutputFormat, string> = {
  jpeg: 'SOI DQT SOF0 DHT SOS EOI',
  png: 'IHDR pHYs IDAT IEND',
  webp: 'VP8',
  avif: 'ftyp meta hdlr iloc iinf infe:av01 pitm iprp ipco av1C ispe pixi ipma mdat',
}

/** Where each input has EXIF with GPS, XMP, IPTC, a colour profile and a comment. */
const privateParts: Record<InputFormat, string[]> = {
  jpeg: ['APP1', 'APP2', 'APP12', 'APP13', 'COM'],
  png: ['eXIf', 'iCCP', 'tEXt', 'zTXt', 'iTXt', 'tIME'],
  webp: ['EXIF', 'XMP', 'ICCP'],
}

const inputs = { jpeg: 'private.jpg', png: 'private.png', webp: 'private.webp' } satisfies Record<InputFormat, string>
const secret = 'Jane Doe'

describe.each(['jpeg', 'png', 'webp'] as const)('of a %s full of private data', (format) => {
  it('the input is what it says', async () => {
    const bytes = await readFile(goldenPath(inputs[format]))
    expect(listParts(bytes, format)).toEqual(expect.arrayContaining(privateParts[format]))
    expect(bytes.toString('latin1')).toContain(secret)
  })

  it.each(outputs)('nothing is in the $format', async (output) => {
    const { image } = await openGolden(inputs[format])
    const { bytes } = await encode(image, { crop: null, width: 100, height: 77, output })
    const parts = [...new Set(listParts(bytes, output.format))]
    expect(parts.join(' ')).toBe(harmless[output.format])
    expect(Buffer.from(bytes).toString('latin1')).not.toContain(secret)
  })
})
