// A Repository Service for TUF as a Transport: what waits and what it calls trusted are read as the exact text it sends; the only
// thing that is ever written is a signature, or that a change is given up. What was sent is looked at again before it counts.
import { isEqualBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { parseEnvelope, type TufSignature } from '../../core/systems/tuf/envelope.ts'
import { decodeRole } from '../../core/systems/tuf/names.ts'
import { documentsIn, pendingFolder, trustedRoot, trustedTargets } from '../../core/systems/tuf/rstuf/documents.ts'
import { canBeComplete } from '../../core/systems/tuf/rstuf/settled.ts'
import { insertSignature } from '../../core/systems/tuf/signature-slot.ts'
import { newSignatures } from '../../core/systems/tuf/signatures.ts'
import { byCodePoint, checkSize, checkUnchanged, type Files, type Transport } from '../../core/transport.ts'
import type { Caller } from '../caller.ts'
import { encodeBody, type RstufApi, rstufApi } from './rstuf/api.ts'
import { type Patience, patience, waitForTask } from './rstuf/task.ts'

export interface RstufOptions {
  /** Where clients read, when that is known. */
  metadata?: Transport
  patience?: Patience
}

const metadataFolder = 'metadata/'
type Documents = ReadonlyMap<string, Uint8Array>

export function rstufTransport(caller: Caller, options: RstufOptions = {}): Transport {
  const api = rstufApi(caller)
  const wait = options.patience ?? patience
  /** All of what was last listed: one look at it is one moment of the service. */
  let held: Promise<Documents> | undefined

  function look(signal: AbortSignal): Promise<Documents> {
    const looking = readDocuments(api, signal)
    held = looking
    // What failed is asked for again; a newer look stays.
    looking.catch(() => {
      if (held === looking) held = undefined
    })
    return looking
  }

  async function sign(name: string, next: Uint8Array, was: Uint8Array, signal: AbortSignal): Promise<void> {
    const role = roleOf(name)
    const before = await look(signal)
    const there = before.get(name)
    checkSamePayload(name, was, there)
    const mine = newSignatures(signaturesIn(next), signaturesIn(was))
    const missing = newSignatures(mine, signaturesIn(there ?? was))
    /** As it was last shown: others may have signed since it was read here. */
    let seen = there ?? was
    // The same key may stand under two ids: each is sent by itself.
    for (const [done, { keyid, sig }] of missing.entries()) {
      try {
        const id = await api.send('signature', encodeBody({ role, signature: { keyid, sig } }), signal)
        await waitForTask(api, id, 'sign_metadata', wait, signal)
      } catch (thrown) {
        throw done === 0 ? thrown : partly(thrown, done, missing.length)
      }
      // A key that completes the role by the first of its ids leaves nothing to sign for the second.
      const still = (await look(signal)).get(name)
      if (still === undefined) break
      seen = still
    }
    const after = await look(signal)
    const shown = after.get(name)
    if (shown === undefined) {
      const trusted = before.get(role === 'root' ? trustedRoot : trustedTargets)
      const whole = mine.reduce((bytes, { keyid, sig }) => insertSignature(bytes, keyid, sig), seen)
      if (!(await canBeComplete(role, whole, trusted))) throw gone(role)
      return
    }
    checkSamePayload(name, was, shown)
    if (newSignatures(mine, signaturesIn(shown)).length > 0) throw notThere(role)
  }

  async function withdraw(name: string, signal: AbortSignal): Promise<void> {
    const role = roleOf(name)
    const id = await api.send('withdrawal', encodeBody({ role }), signal)
    await waitForTask(api, id, 'delete_sign_metadata', wait, signal)
    if ((await look(signal)).has(name)) throw stillThere(role)
  }

  return {
    list: async (prefix, signal) => {
      const documents = await look(signal)
      return [...documents.keys()].filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },
    read: async (name, maxBytes, signal) => {
      if (name.startsWith(metadataFolder))
        return options.metadata?.read(name.slice(metadataFolder.length), maxBytes, signal)
      const bytes = (await (held ?? look(signal))).get(name)
      if (bytes !== undefined) checkSize(name, bytes.length, maxBytes)
      return bytes
    },
    write: async (files: Files, base: Files, _note, signal) => {
      const entries = [...files]
      const [entry] = entries
      if (entry === undefined) return
      const [name, bytes] = entry
      const was = base.get(name)
      if (entries.length > 1 || !name.startsWith(pendingFolder) || was === undefined || was === null) {
        throw new AppError({
          code: 'source/rejected',
          message: `${api.address} takes one signature at a time, and nothing else`,
          hint: 'make changes with: rstuf admin; then review and sign them here',
        })
      }
      if (bytes !== null) return sign(name, bytes, was, signal)
      checkUnchanged(name, was, (await look(signal)).get(name) ?? null)
      return withdraw(name, signal)
    },
  }
}

/** Nothing waits before there is a root at all. */
async function readDocuments(api: RstufApi, signal: AbortSignal): Promise<Documents> {
  const state = await api.bootstrap(signal)
  if (state === 'finished' || state === 'signing')
    return documentsIn(await api.pending(signal), 'what waits at the service')
  throw new AppError({
    code: 'source/not-found',
    message:
      state === 'none'
        ? `${api.address} is not set up yet: it keeps no repository`
        : `${api.address} is being set up this moment`,
    hint: state === 'none' ? 'send it a ceremony: countersign rstuf send FILE --to SERVICE' : 'look again in a minute',
  })
}

function roleOf(name: string): string {
  const role = decodeRole(name.slice(pendingFolder.length, -'.json'.length))
  if (role !== undefined) return role
  throw new AppError({ code: 'internal/bug', message: `${name} is not the name of what waits` })
}

/** Others may have signed since; only another change is a conflict. */
function checkSamePayload(name: string, was: Uint8Array, is: Uint8Array | undefined): void {
  const isSame = is !== undefined && isEqualBytes(parseEnvelope(was, name).payload, parseEnvelope(is, name).payload)
  if (!isSame) checkUnchanged(name, was, is ?? null)
}

function signaturesIn(document: Uint8Array): readonly TufSignature[] {
  return parseEnvelope(document, 'what waits').signatures
}

function partly(thrown: unknown, done: number, all: number): unknown {
  if (!(thrown instanceof AppError)) return thrown
  return new AppError({
    code: thrown.code,
    message: `the signature is there under ${done} of the ${all} ids of this key, and not under all: ${thrown.message}`,
    hint: 'look again at what waits, then sign once more',
    cause: thrown,
  })
}

function gone(role: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${role} does not wait any more, though too few have signed it as far as can be seen here; nothing is certain`,
    hint: 'somebody may have given it up: look again at what waits, and ask the admin of the service',
    data: { role },
  })
}

function notThere(role: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the service said that it took the signature, and does not show it in ${role}; nothing is certain`,
    hint: 'look again at what waits, and ask the admin of the service',
    data: { role },
  })
}

function stillThere(role: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the service said that it gave ${role} up, and still shows it; nothing is certain`,
    hint: 'look again at what waits, and ask the admin of the service',
    data: { role },
  })
}
