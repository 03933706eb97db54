// A single file as a Transport: the file and the versions beside it. go-tuf's detached form is read as the document that it
// stands for; what is signed then goes into the file of signatures, and the payload is never written.
import { basename, dirname } from 'node:path'
import { isEqualBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { attach, encodeSignatures, isPayload, parseSignatures } from '../../core/systems/tuf/detached.ts'
import { parseEnvelope } from '../../core/systems/tuf/envelope.ts'
import { maxBytes } from '../../core/systems/tuf/names.ts'
import { byCodePoint, checkSize, checkUnchanged, type Files, type Transport } from '../../core/transport.ts'
import { translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem } from '../file-system.ts'
import { directoryTransport } from './directory.ts'

const maxSignatureBytes = 1024 * 1024

export interface LoneFile {
  /** Of the file, in its folder. */
  name: string
  /** As it lies there; undefined when it cannot be read, which the transport explains. */
  content(): Promise<Uint8Array | undefined>
  transport: Transport
}

export function loneFile(path: string, { fs = fileSystem }: { fs?: FileSystem } = {}): LoneFile {
  const name = basename(path)
  const beside = signaturesName(name)
  const folder = directoryTransport(dirname(path), { rooms: [name, beside], fs })

  async function document(payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const signatures = await folder.read(beside, maxSignatureBytes, signal)
    return attach(payload, signatures === undefined ? [] : parseSignatures(signatures, beside), name)
  }

  async function read(wanted: string, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const bytes = await folder.read(wanted, limit, signal)
    if (wanted !== name || bytes === undefined || !isPayload(bytes)) return bytes
    const whole = await document(bytes, signal)
    checkSize(name, whole.length, limit)
    return whole
  }

  async function write(files: Files, base: Files, note: string, signal: AbortSignal): Promise<void> {
    const [entry, ...others] = files
    if (entry?.[0] !== name || entry[1] === null || others.length > 0) {
      throw new AppError({ code: 'internal/bug', message: 'only the file itself is written' })
    }
    const was = base.get(name) ?? null
    const payload = await folder.read(name, Math.max(entry[1].length, was?.length ?? 0) + maxSignatureBytes, signal)
    if (payload === undefined || !isPayload(payload)) return folder.write(files, base, note, signal)
    const before = (await folder.read(beside, maxSignatureBytes, signal)) ?? null
    checkUnchanged(name, was, await document(payload, signal))
    const signed = parseEnvelope(entry[1], name)
    if (!isEqualBytes(signed.payload, payload))
      throw new AppError({ code: 'internal/bug', message: 'a payload is fixed' })
    const changes = new Map([[beside, encodeSignatures(signed.signatures)]])
    return folder.write(
      changes,
      new Map([
        [beside, before],
        [name, payload],
      ]),
      note,
      signal,
    )
  }

  /** The folder may be somebody's home: what lies deeper is not looked at. */
  async function list(prefix: string): Promise<string[]> {
    try {
      const entries = await fs.readdir(dirname(path))
      const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
      return names.filter((one) => one.startsWith(prefix)).sort(byCodePoint)
    } catch (thrown) {
      throw translateErrno(thrown, 'list', dirname(path))
    }
  }

  async function content(): Promise<Uint8Array | undefined> {
    try {
      return await folder.read(name, maxBytes.targets, new AbortController().signal)
    } catch (thrown) {
      if (thrown instanceof AppError) return undefined
      throw thrown
    }
  }

  return { name, content, transport: { list, read, write } }
}

/** `payload` and `sigs`, or a name of one's own and the same with `.sigs`. */
function signaturesName(name: string): string {
  return name === 'payload' ? 'sigs' : `${name}.sigs`
}
