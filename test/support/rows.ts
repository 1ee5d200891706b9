let rows = 0

/** The row of an image that no other has, with nothing in storage: a million pixels, so one unit of work. */
export function imageRow() {
  rows += 1
  return {
    sha256: `row-${process.pid}-${rows}`,
    originalKey: 'originals/none.jpg',
    filename: `photo-${rows}.jpg`,
    searchKey: '',
    format: 'jpeg',
    mimeType: 'image/jpeg',
    byteSize: 1,
    width: 1000,
    height: 1000,
    frames: 1,
    source: 'UPLOAD' as const,
    warnings: [],
  }
}
