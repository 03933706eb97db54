// A second trust system, as small as one can be: a note, and a list of keys of which so many must sign the next one. Nothing of the
// product knows it: whatever works with it works with any.
import { toBase64, toHex, utf8 } from '../../src/core/bytes.ts'
import { sha256, verifySignature } from '../../src/core/crypto.ts'
import { AppError } from '../../src/core/error.ts'
import { keyLabel, parsePublicKey } from '../../src/core/key.ts'
import type { Proposal, Quorum, SystemId } from '../../src/core/proposal.ts'
import type { PublicKey, Signer } from '../../src/core/signer.ts'
import type { Anchor, TrustSystem } from '../../src/core/system.ts'
import type { CarriedForm } from '../../src/core/transfer/carried-form.ts'
import type { Transport } from '../../src/core/transport.ts'
import { houseSystems, type KnownSystem, systemsOf } from '../../src/node/systems.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { never } from './repository.ts'

const names = { keys: 'notes/keys.json', note: 'notes/note.json', next: 'notes/next.json' }
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const digestOf = async (bytes: Uint8Array): Promise<string> => toHex(await sha256(bytes))

interface Keys {
  threshold: number
  keys: readonly { owner: string; spki: string }[]
}
interface Note {
  note: string
  signatures: readonly { key: string; signature: string }[]
}

const keysIn = (bytes: Uint8Array): Keys => JSON.parse(text(bytes)) as Keys
const noteIn = (bytes: Uint8Array): Note => JSON.parse(text(bytes)) as Note
const fromBase64 = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

export function keyList(threshold: number, signers: readonly { owner: string; key: PublicKey }[]): Uint8Array {
  return utf8(
    JSON.stringify({ threshold, keys: signers.map(({ owner, key }) => ({ owner, spki: toBase64(key.spki) })) }),
  )
}

export function unsignedNote(note: string): Uint8Array {
  return utf8(JSON.stringify({ note, signatures: [] } satisfies Note))
}

async function quorumOf(anchor: Uint8Array, note?: Uint8Array): Promise<Quorum> {
  const { threshold, keys } = keysIn(anchor)
  const given = note === undefined ? undefined : noteIn(note)
  const isSigned = async (key: PublicKey, spki: string): Promise<boolean> => {
    const found = given?.signatures.find((one) => one.key === spki)
    return found !== undefined && verifySignature(key, utf8(given?.note ?? ''), fromBase64(found.signature))
  }
  const entries = keys.map(async ({ owner, spki }) => {
    const key = parsePublicKey(fromBase64(spki))
    return { ids: [spki], key, label: keyLabel(key), owner, signed: await isSigned(key, spki), rehearsal: true }
  })
  return { name: 'the key list', threshold, keys: await Promise.all(entries), strangers: [] }
}

async function checkedAnchor(source: Transport, anchor: Uint8Array): Promise<void> {
  const there = await source.read(names.keys, 1e6, never)
  if (there === undefined || text(there) !== text(anchor))
    throw new AppError({ code: 'trust/changed', message: 'the key list is not the one that is trusted' })
}

async function proposalIn(source: Transport, anchor: Uint8Array): Promise<Proposal | undefined> {
  const after = await source.read(names.next, 1e6, never)
  if (after === undefined) return undefined
  const now = await source.read(names.note, 1e6, never)
  const payload = utf8(noteIn(after).note)
  const digest = await digestOf(payload)
  const before = now === undefined ? {} : { before: noteIn(now).note }
  return {
    ...{ id: `note/${digest}`, system: notes.id, subject: 'note', title: 'The note', headline: 'Another note' },
    ...{ risk: 'notable', payload, digest, unchanged: 0, findings: [], after },
    changes: [
      { path: 'note', ...before, after: text(payload), risk: 'notable', sentence: 'The note says something else' },
    ],
    quorums: [await quorumOf(anchor, after)],
  }
}

const refuse = async (): Promise<never> => {
  throw new AppError({ code: 'usage/invalid', message: 'notes know nothing of this' })
}

const notes: TrustSystem = {
  id: 'notes' as SystemId,
  state: async (source, { anchor }) => {
    await checkedAnchor(source, anchor)
    const { bytes, title, version, digest, quorums } = await readAnchor(anchor)
    const roles = quorums.map((quorum) => ({ name: 'note', version: 1, quorum }))
    return {
      system: notes.id,
      anchor: { bytes, title, version, digest },
      roles,
      findings: [],
      memory: new Map(),
      rehearsal: true,
    }
  },
  pending: async (source, { anchor }) => {
    await checkedAnchor(source, anchor)
    const proposal = await proposalIn(source, anchor)
    return { proposals: proposal === undefined ? [] : [proposal], problems: [] }
  },
  draft: async ({ document }) => new Map([[names.next, document]]),
  sign: async ({ payload, after }, signer: Signer, { signal }) => {
    const { note, signatures } = noteIn(after)
    const signature = toBase64(await signer.sign(payload, signal))
    const more = [...signatures, { key: toBase64(signer.key.spki), signature }]
    return new Map([[names.next, utf8(JSON.stringify({ note, signatures: more }))]])
  },
  publish: async ({ after }) =>
    new Map([
      [names.note, after],
      [names.next, null],
    ]),
  renew: refuse,
  carry: async ({ after }, _source, { anchor }) => ({
    anchor: names.keys,
    files: new Map([
      [names.keys, anchor],
      [names.next, after],
    ]),
  }),
  prove: refuse,
  signatures: async ({ after }) =>
    noteIn(after).signatures.map(({ key, signature }) => ({ key, signature: fromBase64(signature) })),
  given: async ({ payload, after, quorums }, { key, signature }) => {
    const held = quorums[0]?.keys.find(({ ids }) => ids.includes(key))
    if (held?.key === undefined || !(await verifySignature(held.key, payload, signature)))
      throw new AppError({ code: 'trust/bad-signature', message: 'it does not fit the note' })
    if (held.signed) return new Map()
    const { note, signatures } = noteIn(after)
    const more = [...signatures, { key, signature: toBase64(signature) }]
    return new Map([[names.next, utf8(JSON.stringify({ note, signatures: more }))]])
  },
}

async function readAnchor(bytes: Uint8Array): Promise<Anchor> {
  return { title: 'Key list 1', version: 1, digest: await digestOf(bytes), bytes, quorums: [await quorumOf(bytes)] }
}

const form: CarriedForm = {
  system: notes,
  anchorWord: 'key list',
  folder: 'notes/',
  isName: (name) => Object.values(names).includes(name),
  isOf: (name) => name === names.next,
  overtaken: () => [],
  asItCame: (proposal, files) => ({ ...proposal, after: files.get(names.next) ?? proposal.after }),
  trustIn: (trust) => trust,
  isPending: (name) => name === names.next,
  isAnchor: (name) => name === names.keys,
  firstHint: 'make a key list',
  firstFault: () => 'a note without a key list is signed by nobody',
  checkLeadsFrom: async (files, { anchor }) => {
    if (text(files.get(names.keys) ?? utf8('')) !== text(anchor))
      throw new AppError({ code: 'trust/changed', message: 'it is of another key list' })
  },
  chain: async ({ files, anchor }) => {
    const bytes = files.get(anchor) ?? utf8('')
    return [{ version: 1, digest: await digestOf(bytes), fileDigest: await digestOf(bytes) }]
  },
  readAnchor,
}

const at = (location: string) => directoryTransport(location)

const known: KnownSystem = {
  form,
  open: async (location) => ({ transport: at(location), system: notes }),
  recognises: async (location) => (await at(location).read(names.keys, 1e6, never)) !== undefined,
  look: async (location) => ({
    anchor: await readAnchor((await at(location).read(names.keys, 1e6, never)) ?? utf8('')),
    name: 'Notes',
  }),
}

export const withNotes = systemsOf(houseSystems.of('tuf'), known)
