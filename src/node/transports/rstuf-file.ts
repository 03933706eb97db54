// A file that RSTUF and its tool exchange: the saved answer of the service about what waits, the payload of a ceremony, that of
// an update. A signature goes into the text of the document inside; of an answer also into a payload of its own, to be sent.
import { basename, dirname } from 'node:path'
import { utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { parseEnvelope } from '../../core/systems/tuf/envelope.ts'
import { decodeRole } from '../../core/systems/tuf/names.ts'
import { documentsIn, pendingFolder, type RstufForm, withDocument } from '../../core/systems/tuf/rstuf/documents.ts'
import { byCodePoint, checkSize, checkUnchanged, type Transport } from '../../core/transport.ts'
import { type FileSystem, fileSystem } from '../file-system.ts'
import { directoryTransport } from './directory.ts'

/** What such a file may be at most; it holds whole documents. */
export const maxRstufFileBytes = 300 * 1024 * 1024
const payloadName = 'sign-payload'

export function rstufFile(path: string, form: RstufForm, { fs = fileSystem }: { fs?: FileSystem } = {}): Transport {
  const file = basename(path)
  const folder = directoryTransport(dirname(path), { rooms: [file, payloadName], fs })

  async function text(signal: AbortSignal): Promise<Uint8Array> {
    const bytes = await folder.read(file, maxRstufFileBytes, signal)
    if (bytes !== undefined) return bytes
    throw new AppError({ code: 'source/not-found', message: `${file} went away while it was read` })
  }

  /** The first payload has the name that RSTUF gives it; nothing that lies there is overwritten. */
  async function freeName(taken: ReadonlySet<string>, signal: AbortSignal): Promise<string> {
    for (let at = 1; ; at++) {
      const name = `${payloadName}${at === 1 ? '' : `-${at}`}.json`
      if (!taken.has(name) && (await folder.read(name, maxRstufFileBytes, signal)) === undefined) return name
    }
  }

  return {
    list: async (prefix, signal) => {
      const names = [...documentsIn(await text(signal), file).keys()]
      return names.filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },
    read: async (name, maxBytes, signal) => {
      const bytes = documentsIn(await text(signal), file).get(name)
      if (bytes !== undefined) checkSize(name, bytes.length, maxBytes)
      return bytes
    },
    write: async (files, base, note, signal) => {
      const before = await text(signal)
      const there = documentsIn(before, file)
      const changes = new Map<string, Uint8Array>()
      const known = new Map<string, Uint8Array | null>([[file, before]])
      let after = before
      for (const [name, document] of files) {
        if (document === null) throw notWithdrawn(file)
        checkUnchanged(name, base.get(name) ?? null, there.get(name) ?? null)
        after = withDocument(after, name, document, file)
        if (form !== 'answer') continue
        for (const payload of payloadsOf(name, document, there.get(name))) {
          const free = await freeName(new Set(changes.keys()), signal)
          changes.set(free, payload)
          known.set(free, null)
        }
      }
      // The file is last: what shows the signature comes after what carries it.
      changes.set(file, after)
      return folder.write(changes, known, note, signal)
    },
  }
}

/** One for each signature that is new, as `rstuf admin send sign` takes it. */
function payloadsOf(name: string, document: Uint8Array, before: Uint8Array | undefined): Uint8Array[] {
  const role = decodeRole(name.slice(pendingFolder.length, -'.json'.length))
  const was = before === undefined ? [] : parseEnvelope(before, name).signatures
  return parseEnvelope(document, name)
    .signatures.filter(({ keyid, sig }) => sig !== '' && !was.some((one) => one.keyid === keyid && one.sig === sig))
    .map(({ keyid, sig }) => utf8(`${JSON.stringify({ signature: { keyid, sig }, role }, undefined, 2)}\n`))
}

function notWithdrawn(file: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `nothing is given up in ${file}: the service still keeps what waits`,
    hint: 'give it up at the service, or simply do not send this file',
  })
}
