// The switches burned into the Electron that runs this app, read from its own binary: a ceremony does not take a builder's word for them.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fuses } from './fuses.ts'

/** As @electron/fuses finds the wire: this text, the version of the schema, how many there are, then one character for each. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const schema = 1
const on = 0x31
const off = 0x30

export interface FuseFinding {
  isRight: boolean
  found: string
}

export async function readFuses(executable: string, platform: NodeJS.Platform): Promise<FuseFinding> {
  return judgeFuses(await readFile(wireOf(executable, platform)))
}

/** On macOS the program itself is a small one that loads a framework. */
function wireOf(executable: string, platform: NodeJS.Platform): string {
  if (platform !== 'darwin') return executable
  const framework = 'Electron Framework.framework/Electron Framework'
  return join(dirname(executable), '..', 'Frameworks', framework)
}

/** Every copy of the wire counts: a binary for two processors has two. */
export function judgeFuses(binary: Buffer): FuseFinding {
  const wanted = Object.entries(fuses)
  const wrong = new Set<string>()
  let wires = 0
  for (let at = binary.indexOf(sentinel); at >= 0; at = binary.indexOf(sentinel, at + 1)) {
    const start = at + sentinel.length
    wires++
    if (binary[start] !== schema)
      return { isRight: false, found: 'the fuses of this Electron are of a kind that is not known' }
    for (const [n, [name, isOn]] of wanted.entries()) {
      const isThere = n < (binary[start + 1] ?? 0)
      if (!isThere || binary[start + 2 + n] !== (isOn ? on : off)) wrong.add(name)
    }
  }
  if (wires === 0) return { isRight: false, found: 'no fuses were found in this Electron' }
  if (wrong.size === 0) return { isRight: true, found: `all ${wanted.length} fuses are as they must be` }
  return { isRight: false, found: `fuses that are not as they must be: ${[...wrong].join(', ')}` }
}
