import { describe, expect, it } from 'vitest'
import { choosePicture, type Showable } from '../../src/services/choose-picture.ts'

/** Photos in the order in which they were placed: each looks like no other. */
function photos(...changes: Partial<Showable>[]): Showable[] {
  return changes.map((change, index) => ({
    imageId: `image ${index + 1}`,
    venueTag: null,
    placementId: `0${index + 1}`,
    width: 1000,
    height: 1000,
    sharpness: 200,
    perceptualHash: (0xffn << BigInt(index * 8)).toString(16).padStart(16, '0'),
    ...change,
  }))
}

const anywhere = { venueTag: undefined, pinnedImageId: null }
const hash = '00000000000000ff'

describe('the picture of an artist to show', () => {
  it('is none where there is no photo', () => {
    expect(choosePicture([], { venueTag: 'liv', pinnedImageId: 'image 1' })).toBeNull()
  })

  it('is the pinned one, whatever there is for the venue', () => {
    const choice = choosePicture(photos({ venueTag: 'xs', width: 200 }, { venueTag: 'liv' }), {
      venueTag: 'liv',
      pinnedImageId: 'image 1',
    })
    expect(choice).toEqual({ imageId: 'image 1', reason: 'PINNED', explanation: 'Somebody has pinned it.' })
  })

  it('is chosen by the rules while the pinned one cannot be shown', () => {
    expect(choosePicture(photos({}), { venueTag: null, pinnedImageId: 'gone' })?.reason).toBe('NEWEST_FOR_VENUE')
  })

  it('is the newest for the venue, even if another is larger and sharper', () => {
    const all = photos({ venueTag: 'liv', width: 1500, sharpness: 900 }, { venueTag: 'liv', width: 300 }, {})
    expect(choosePicture(all, { venueTag: 'liv', pinnedImageId: null })).toEqual({
      imageId: 'image 2',
      reason: 'NEWEST_FOR_VENUE',
      explanation: 'It is the newest for the venue liv.',
    })
  })

  it('is, without a venue, the newest of those that were sent without one', () => {
    const choice = choosePicture(photos({}, { venueTag: 'liv' }), { venueTag: null, pinnedImageId: null })
    expect(choice).toMatchObject({ imageId: 'image 1', reason: 'NEWEST_FOR_VENUE' })
  })

  it('is the best of all for a venue that has none', () => {
    const all = photos({ venueTag: 'xs', width: 400, height: 400 }, { venueTag: 'liv' })
    expect(choosePicture(all, { venueTag: 'tao', pinnedImageId: null })).toMatchObject({
      imageId: 'image 2',
      reason: 'BEST',
    })
  })

  it.each<[string, Partial<Showable>, Partial<Showable>]>([
    ['larger', { width: 1400 }, {}],
    ['sharper', { sharpness: 400 }, {}],
    ['measured and sharp, before one that was not measured', { sharpness: 400 }, { sharpness: null }],
    ['not measured, before one that is blurred', { sharpness: null }, { sharpness: 20 }],
    ['sharper, where both have more pixels than are shown', { width: 1600, sharpness: 300 }, { width: 5000 }],
  ])('is the one that is %s', (_what, better, worse) => {
    expect(choosePicture(photos(better, worse), anywhere)?.imageId).toBe('image 1')
    expect(choosePicture(photos(worse, better), anywhere)?.imageId).toBe('image 2')
  })

  it('is the newest of those that are equally good', () => {
    expect(choosePicture(photos({}, {}, {}), anywhere)?.imageId).toBe('image 3')
  })

  it('is the largest copy of one photo, even if a smaller one was sharpened', () => {
    const copies = photos(
      { width: 500, height: 500, sharpness: 900, perceptualHash: hash },
      { width: 1200, height: 1200, sharpness: 100, perceptualHash: hash },
    )
    const choice = choosePicture(copies, anywhere)
    expect(choice?.imageId).toBe('image 2')
    expect(choice?.explanation).toBe('It is the only photo (1 more is a copy): 1200x1200 px, sharpness 100.')
  })

  it('is counted among different photos, of which copies are one', () => {
    const all = photos({ perceptualHash: hash }, { perceptualHash: '00000000000000fe' }, {}, {})
    expect(choosePicture(all, anywhere)?.explanation).toMatch(/^It is the best of 3 photos \(1 more is a copy\)/)
  })

  it('takes six differing bits of 64 for a copy, and seven for another photo', () => {
    const [six, seven] = [0b111111, 0b1111111].map((bits) => bits.toString(16).padStart(16, '0'))
    const of = (perceptualHash: string | undefined) =>
      choosePicture(photos({ perceptualHash: '0'.repeat(16) }, { perceptualHash: perceptualHash ?? '' }), anywhere)
    expect(of(six)?.explanation).toContain('only photo (1 more is a copy)')
    expect(of(seven)?.explanation).toContain('best of 2 photos:')
  })

  it('takes for one photo what a chain of copies connects', () => {
    const chain = ['0000000000000000', '000000000000003f', '0000000000000fff'].map((perceptualHash) => ({
      perceptualHash,
    }))
    expect(choosePicture(photos(...chain), anywhere)?.explanation).toContain('only photo (2 more are copies)')
  })

  it('counts an image once that was placed more than once, and takes none for a copy that was not measured', () => {
    const placed = photos({ imageId: 'x', venueTag: 'liv' }, { imageId: 'x' }, { perceptualHash: null })
    expect(choosePicture(placed, anywhere)?.explanation).toContain('best of 2 photos:')
  })
})
