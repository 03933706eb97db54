// A file that RSTUF and its tool exchange: the saved answer of the service about what waits, the payload of a ceremony, that of
// an update. A signature goes into the text of the document inside; of an answer also into a payload of its own, to be sent.
import { basename, dirname, join } from 'node:path'
import { utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { parseEnvelope } from '../../core/systems/tuf/envelope.ts'
import { decodeRole } from '../../core/systems/tuf/names.ts'
import { documentsIn, pendingFolder, type RstufForm, withDocument } from '../../core/systems/tuf/rstuf/documents.ts'
import { newSignatures } from '../../core/systems/tuf/signatures.ts'
import { byCodePoint, checkSize, checkUnchanged, type Transport } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem } from '../file-system.ts'
import { isEqualFast } from '../steady.ts'
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
    throw new AppError({
      code: 'source/not-found',
      message: `${file} went away while it was read`,
      hint: 'put it back where it was, or name the place where it is now',
    })
  }

  /** Each name is asked for by itself, and the file may be large: what was found in the same bytes is not looked for again. */
  let found: { bytes: Uint8Array; documents: ReadonlyMap<string, Uint8Array> } | undefined
  function documentsOf(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
    if (found === undefined || !isEqualFast(found.bytes, bytes)) found = { bytes, documents: documentsIn(bytes, file) }
    return found.documents
  }

  /** The first payload has the name that RSTUF gives it; nothing that lies there is overwritten. */
  async function freeName(taken: ReadonlySet<string>, signal: AbortSignal): Promise<string> {
    for (let at = 1; ; at++) {
      checkCancelled(signal)
      const name = `${payloadName}${at === 1 ? '' : `-${at}`}.json`
      if (!taken.has(name) && !(await isThere(join(dirname(path), name), fs))) return name
    }
  }

  return {
    list: async (prefix, signal) => {
      const names = [...documentsOf(await text(signal)).keys()]
      return names.filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },
    read: async (name, maxBytes, signal) => {
      const bytes = documentsOf(await text(signal)).get(name)
      if (bytes !== undefined) checkSize(name, bytes.length, maxBytes)
      return bytes
    },
    write: async (files, base, note, signal) => {
      const before = await text(signal)
      const there = documentsOf(before)
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

async function isThere(path: string, fs: FileSystem): Promise<boolean> {
  try {
    return (await fs.lstatIfPresent(path)) !== undefined
  } catch (thrown) {
    throw translateErrno(thrown, 'read', path)
  }
}

/** One for each signature that is new, as `rstuf admin send sign` takes it. */
function payloadsOf(name: string, document: Uint8Array, before: Uint8Array | undefined): Uint8Array[] {
  const role = decodeRole(name.slice(pendingFolder.length, -'.json'.length))
  const was = before === undefined ? [] : parseEnvelope(before, name).signatures
  return newSignatures(parseEnvelope(document, name).signatures, was).map(({ keyid, sig }) =>
    utf8(`${JSON.stringify({ signature: { keyid, sig }, role }, undefined, 2)}\n`),
  )
}

function notWithdrawn(file: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `nothing is given up in ${file}: the service still keeps what waits`,
    hint: 'give it up at the service, or simply do not send this file',
  })
}
