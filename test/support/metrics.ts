export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** What /metrics answers, by line; throws at a line that is none of Prometheus' text format. */
export function parseSamples(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))
  return lines.map((line) => {
    const [, name = '', labels = '', value = ''] =
      /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? fail(`This is no sample: ${line}`)
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text])
    return { name, labels: Object.fromEntries(pairs), value: Number(value) }
  })
}

/** The families that are announced, with or without samples: name and type, in order. */
export const familiesIn = (text: string): [string, string][] =>
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type])

function fail(message: string): never {
  throw new Error(message)
}

export async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`)
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}.`)
  return response.text()
}

/** The sum of all samples of a name that have these labels. */
export async function sampleOf(url: string, name: string, labels: Record<string, string> = {}): Promise<number> {
  const samples = parseSamples(await scrape(url)).filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  )
  return samples.reduce((sum, { value }) => sum + value, 0)
}
