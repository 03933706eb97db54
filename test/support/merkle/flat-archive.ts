// A program of its own that saves a folder as an archive and goes through it, and says how much memory it ever had. Arguments: the
// folder, and the file to write.
import { saveArchive } from '../../../src/node/merkle/save.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { archiveTransport } from '../../../src/node/transports/merkle/archive.ts'

const [folder = '', path = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const startBytes = process.resourceUsage().maxRSS * 1024
const saved = await saveArchive(directoryTransport(folder), path, { signal })
const names = await archiveTransport(path).list('', signal)
const maxBytes = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ bytes: saved.bytes, names: names.length, startBytes, maxBytes }))
