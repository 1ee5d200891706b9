import { createDice } from '../crash/dice.ts'
import { closeFile } from '../support/damage.ts'

/** Changes a file; the numbers, from 0 to 2^31 - 1, say where and how. A file that it does not fit stays as it is. */
export type EditFile = (file: Buffer, where: number, how: number) => Buffer

/** A file of another format, or another one of the same, to mix in. */
type Others = (index: number) => Buffer

const place = (file: Buffer, where: number) => (file.length === 0 ? 0 : where % file.length)

/** What happens to any file on its way. */
export function createByteEdits(others: Others): Record<string, EditFile> {
  return {
    cut: (file, where) => file.subarray(0, place(file, where)),
    cutAndClose: (file, where) => close(file.subarray(0, Math.max(64, place(file, where)))),
    flipBit(file, where, how) {
      const changed = Buffer.from(file)
      if (changed.length > 0)
        changed.writeUInt8((changed[place(file, where)] ?? 0) ^ (1 << (how % 8)), place(file, where))
      return changed
    },
    flipMany(file, where, how) {
      const dice = createDice(how)
      const changed = Buffer.from(file)
      for (let left = 1 + (where % 40); left > 0 && changed.length > 0; left -= 1) {
        const at = dice.between(0, changed.length - 1)
        changed.writeUInt8(dice.between(0, 255), at)
      }
      return changed
    },
    fill(file, where, how) {
      const changed = Buffer.from(file)
      const from = place(file, where)
      return changed.fill(how % 2 === 0 ? 0 : 0xff, from, Math.min(file.length, from + 1 + (how % 500)))
    },
    remove: (file, where, how) => joined(file, where, Buffer.alloc(0), 1 + (how % 600)),
    insert: (file, where, how) => joined(file, where, Buffer.alloc(1 + (how % 300), how % 256), 0),
    repeat: (file, where, how) =>
      joined(file, where, file.subarray(place(file, where), place(file, where) + (how % 4_000)), 0),
    splice: (file, where, how) => Buffer.concat([file.subarray(0, place(file, where)), tail(others(how), where)]),
    append: (file, _where, how) => Buffer.concat([file, junk(how, others)]),
    prepend: (file, _where, how) => Buffer.concat([junk(how, others), file]),
    reverse: (file, where) =>
      Buffer.concat([file.subarray(0, place(file, where)), Buffer.from(file.subarray(place(file, where))).reverse()]),
  }
}

const tail = (other: Buffer, where: number) => other.subarray(place(other, where))

function joined(file: Buffer, where: number, piece: Buffer, skipped: number): Buffer {
  const at = place(file, where)
  return Buffer.concat([file.subarray(0, at), piece, file.subarray(at + skipped)])
}

/** What makes a picture something else too: an archive, a page, a script, another picture. */
function junk(how: number, others: Others): Buffer {
  const list = [
    Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'),
    Buffer.from('<html><script>alert(1)</script></html>'),
    Buffer.from('<?php system($_GET[0]); ?>'),
    Buffer.from('%PDF-1.4\n%%EOF\n'),
    Buffer.from('GIF89a\x01\0\x01\0', 'latin1'),
    Buffer.from('#!/bin/sh\n'),
    Buffer.alloc(100_000, 0xff),
    others(how >> 4),
  ]
  return list[how % list.length] ?? Buffer.alloc(0)
}

/** With the end and the checksums of a whole file, so that it gets past the gate. */
function close(cut: Buffer): Buffer {
  // an edit before may have left next to nothing
  if (cut.length < 16) return cut
  if (cut.readUInt16BE(0) === 0xffd8) return closeFile(cut, 'jpeg')
  if (cut.readUInt32BE(0) === 0x89504e47) return closeFile(cut, 'png')
  return cut.toString('latin1', 0, 4) === 'RIFF' ? closeFile(Buffer.from(cut), 'webp') : cut
}
