// A program of its own that does one thing with one large file and says how much memory it ever had. Arguments: "look" and the
// file; "index" and an archive of blocks; or "put", the file, a folder for the repository, length and sha256.
import { existsSync, readFileSync } from 'node:fs'
import { lookAt } from '../../src/node/artifacts/look.ts'
import { putArtifact } from '../../src/node/artifacts/store.ts'
import { indexArchive } from '../../src/node/transports/merkle/archive.ts'

const [what = '', file = '', folder = '', length = '', sha256 = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const startBytes = peakBytes()
if (what === 'look') {
  const { files } = await lookAt(file, { signal })
  console.log(JSON.stringify({ files, startBytes, maxBytes: peakBytes() }))
} else if (what === 'index') {
  const { places } = await indexArchive(file, signal)
  console.log(JSON.stringify({ blocks: places.size, startBytes, maxBytes: peakBytes() }))
} else {
  const name = await putArtifact(folder, 'large/large.bin', file, { length: Number(length), sha256 }, { signal })
  console.log(JSON.stringify({ name, startBytes, maxBytes: peakBytes() }))
}

/** What the system counts for a process begins with the memory of the one that started it; Linux also keeps this one's own. */
function peakBytes(): number {
  const own = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(own)?.[1]
  return (kib === undefined ? process.resourceUsage().maxRSS : Number(kib)) * 1024
}
