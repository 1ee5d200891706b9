/** The files that were dropped or pasted, those in folders too. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  // after the event is over, nothing is left of `data`
  const entries = [...data.items].map((item) => item.webkitGetAsEntry())
  const files = [...data.files]
  if (!entries.some((entry) => entry?.isDirectory)) return files
  const nested = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])))
  return nested.flat()
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: File[] = []
  for (;;) {
    // so many at a time as the browser likes, and none when there are no more
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return found
    for (const each of some) found.push(...(await filesIn(each)))
  }
}
