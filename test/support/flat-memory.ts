// A program of its own that does one thing with one large file and says how much memory it ever had. Arguments: "look" and the
// file; "index" and an archive of blocks; or "put", the file, a folder for the repository, length and sha256.
import { lookAt } from '../../src/node/artifacts/look.ts'
import { putArtifact } from '../../src/node/artifacts/store.ts'
import { indexArchive } from '../../src/node/transports/merkle/archive.ts'

const [what = '', file = '', folder = '', length = '', sha256 = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const startBytes = process.resourceUsage().maxRSS * 1024
if (what === 'look') {
  const { files } = await lookAt(file, { signal })
  console.log(JSON.stringify({ files, startBytes, maxBytes: process.resourceUsage().maxRSS * 1024 }))
} else if (what === 'index') {
  const { places } = await indexArchive(file, signal)
  console.log(JSON.stringify({ blocks: places.size, startBytes, maxBytes: process.resourceUsage().maxRSS * 1024 }))
} else {
  const name = await putArtifact(folder, 'large/large.bin', file, { length: Number(length), sha256 }, { signal })
  console.log(JSON.stringify({ name, startBytes, maxBytes: process.resourceUsage().maxRSS * 1024 }))
}
