// A project at an Asfaload backend as a Transport. Files are read as anybody may; which releases wait, the backend tells to their
// signers alone, so that is asked once, and only with a key that a person named. What is written is one key's signature; what was
// sent is looked at again before it counts. Nothing is published from here: a backend does that by itself.
import { concatBytes, isEqualBytes, parseUtf8, toHex, utf8 } from '../../core/bytes.ts'
import { sha256 } from '../../core/crypto.ts'
import { AppError } from '../../core/error.ts'
import { isSameHolder } from '../../core/systems/asfaload/keys.ts'
import {
  checkReleasePath,
  maxBytes,
  metadataNames,
  pendingRevocation,
  pendingSignatures,
  pendingSignersName,
  signersDirectory,
  signersName,
} from '../../core/systems/asfaload/names.ts'
import { parseRevocation } from '../../core/systems/asfaload/revocation.ts'
import { parseAggregate, type SignatureEntry } from '../../core/systems/asfaload/signatures.ts'
import { releaseSubject, revocationSubject, signersSubject } from '../../core/systems/asfaload/subject.ts'
import {
  byCodePoint,
  checkSize,
  checkUnchanged,
  type Files,
  memoryTransport,
  type Transport,
} from '../../core/transport.ts'
import { visible } from '../safe-name.ts'
import type { AsfaloadApi, Listed } from './asfaload/api.ts'
import { type Authorizer, type Payer, questionCost } from './asfaload/authorization.ts'
import { isThere, type Look, lookAround } from './asfaload/look.ts'
import {
  begunThere,
  exchanged,
  notOurs,
  notThere,
  notWaiting,
  partly,
  sentButUnseen,
  signedAlready,
} from './asfaload/refusal.ts'
import { sendRevocation, sendSignatures } from './asfaload/sending.ts'
import { signedTogether } from './asfaload/signed-together.ts'
import {
  activeName,
  activeSignatures,
  checkFits,
  isSameEntry,
  isSignaturesName,
  type Submission,
  submissionsOf,
} from './asfaload/submission.ts'

/** What a backend can do beyond moving bytes. */
export interface AtBackend extends Transport {
  /** The same, and what is written there is sent as a question that this key signs. */
  sentBy(authorizer: Authorizer): Transport
  /** What that asks of whoever holds the key, to be said before; `subject`: of the change. */
  sendingCost(subject: string, key: Payer, signal: AbortSignal): Promise<string | undefined>
  /** What became of a change, by the sha256 of its payload; undefined: nothing was sent, it lies here alone. */
  outcome(
    subject: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<{ kind: 'published' | 'waits' | 'gone' } | undefined>
}

export interface AsfaloadOptions {
  /** Below the project's folder: releases that a person named, or that were seen before. They are looked at without any key. */
  releases?: readonly string[]
  /** Revocations that nobody has signed, by their full names: a backend takes one only with its first signature. */
  drafts?: Transport
}

export function asfaloadTransport(
  api: AsfaloadApi,
  { releases = [], drafts = memoryTransport() }: AsfaloadOptions = {},
): AtBackend {
  const { folder } = api.address
  for (const name of releases) checkReleasePath(name)
  /** One look is one moment of the backend. */
  let held: Promise<Look> | undefined
  let asked: Promise<Listed[]> | undefined
  const together = signedTogether(api)
  /** Of what was sent from here, and seen in effect. */
  const published = new Set<string>()

  /** Asked once: each time a person may have to touch something. Which of them still wait, their files say. */
  function listed(signal: AbortSignal): Promise<Listed[]> {
    if (api.authorizer === undefined) return Promise.resolve([])
    const asking = asked ?? api.pending(signal)
    asked = asking
    asking.catch(() => {
      if (asked === asking) asked = undefined
    })
    return asking
  }

  async function looking(signal: AbortSignal): Promise<Look> {
    await api.generation(signal)
    const mine = (await drafts.list(folder, signal)).filter((name) => name.endsWith(pendingRevocation('')))
    return lookAround(api, await listed(signal), [...mine, ...releases.map((name) => folder + name)], signal, together)
  }

  function look(signal: AbortSignal): Promise<Look> {
    const fresh = looking(signal)
    held = fresh
    fresh.catch(() => {
      if (held === fresh) held = undefined
    })
    return fresh
  }

  async function found(name: string, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined | AppError> {
    const seen = await held
    return (await draft(name, signal, seen)) ?? (seen?.has(name) ? seen.get(name) : api.file(name, limit, signal))
  }

  /** Once somebody has begun one at the backend, that is everybody's, and what was only drafted here counts no more. */
  async function draft(name: string, signal: AbortSignal, seen?: Look): Promise<Uint8Array | undefined> {
    const mine = await drafts.read(name, maxBytes.index, signal)
    if (mine === undefined) return undefined
    const revocation = isSignaturesName(name) ? name.slice(0, -pendingSignatures('').length) : name
    for (const one of [revocation, activeName(revocation)]) {
      const there = seen?.has(one) ? seen.get(one) : await api.file(one, maxBytes.revocation, signal)
      if (isThere(there)) return undefined
    }
    return mine
  }

  async function submit(one: Submission, by: AsfaloadApi, signal: AbortSignal): Promise<void> {
    const { key, primary, signatures } = one
    const drafted = await draft(primary, signal)
    const release = drafted === undefined ? undefined : primary.slice(0, -pendingRevocation('').length)
    const files = new Map<string, Uint8Array>()
    for (const name of signatures.keys()) {
      const bytes = (await draft(name, signal)) ?? (await api.file(name, maxBytes.index, signal))
      if (bytes !== undefined) files.set(name, bytes)
    }
    await checkFits(one, files)
    if (release === undefined) await checkOpen(one, signal)
    const signed = [...signatures].flatMap(([name, signature]) => {
      const bytes = files.get(name)
      return bytes === undefined ? [] : [{ name, bytes, signature }]
    })
    if (drafted === undefined || release === undefined) await sendSignatures(by, primary, key, signed, signal)
    else await sendRevocation(by, release, key, firstOf(one, release, drafted), signatures.get(primary), signal)
    held = undefined
    const isInForce = await checkArrived(one, files, signal).catch((thrown: unknown) => {
      throw sentButUnseen(thrown)
    })
    if ((await drafts.read(primary, maxBytes.index, signal)) !== undefined) await forgetDraft(primary, signal)
    if (!isInForce) return
    const parts = signed
      .sort((a, b) => Number(b.name === primary) - Number(a.name === primary))
      .map(({ bytes }) => bytes)
    published.add(`${subjectOf(primary.slice(folder.length))}/${toHex(await sha256(concatBytes(...parts)))}`)
  }

  async function forgetDraft(name: string, signal: AbortSignal): Promise<void> {
    const gone = new Map([name, pendingSignatures(name)].map((one) => [one, null]))
    await drafts.write(gone, new Map(), `sent ${name}`, signal)
  }

  /** The text that goes out is the bytes that were signed. */
  function firstOf({ key, primary }: Submission, release: string, bytes: Uint8Array): string {
    const text = parseUtf8(bytes, primary)
    const { initiator } = parseRevocation(bytes, primary)
    if (isSameHolder(initiator, key) && isEqualBytes(utf8(text), bytes)) return text
    throw new AppError({
      code: 'signer/wrong-key',
      message: `the revocation of ${visible(release)} says that another key begins it`,
      hint: 'sign it first with the key that it names, or make it anew',
    })
  }

  async function checkOpen({ key, primary }: Submission, signal: AbortSignal): Promise<void> {
    const name = pendingSignatures(primary)
    const there = await api.file(name, maxBytes.signatures, signal)
    if (there === undefined) throw notWaiting(primary)
    const isSigned = parseAggregate(there, name).some((one) => one.key !== undefined && isSameHolder(one.key, key))
    if (isSigned) throw signedAlready(primary)
  }

  /** In effect or waiting, it holds the signature that was sent, and the file is the one that was signed. */
  async function checkArrived(
    { key, primary, signatures }: Submission,
    files: ReadonlyMap<string, Uint8Array>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const isInForce = await holds(activeSignatures(primary), { id: key.text, key }, signatures.get(primary), signal)
    for (const [name, signature] of signatures) {
      const there = await api.file(isInForce ? activeName(name) : name, maxBytes.index, signal)
      const was = files.get(name)
      if (was === undefined || there === undefined || !isEqualBytes(there, was)) throw exchanged(name)
      const place = isInForce ? activeSignatures(name) : pendingSignatures(name)
      if (!(await holds(place, { id: key.text, key }, signature, signal))) throw notThere(name)
    }
    return isInForce
  }

  /** It may have taken effect after it was looked at, or been completed by somebody else. */
  async function isInForce(name: string, digest: string, signal: AbortSignal): Promise<boolean> {
    const active = activeName(name)
    const signatures = await api.file(activeSignatures(name), maxBytes.signatures, signal)
    const bytes = await api.file(active, maxBytes.index, signal)
    if (signatures === undefined || bytes === undefined) return false
    const beside = active.endsWith(signersName) ? metadataNames.map((one) => folder + signersDirectory + one) : []
    const along = await Promise.all(beside.map((one) => api.file(one, maxBytes.metadata, signal)))
    const payloads = [bytes, ...along.flatMap((one) => (one === undefined ? [] : concatBytes(bytes, one)))]
    const digests = await Promise.all(payloads.map(sha256))
    return digests.some((one) => toHex(one) === digest)
  }

  async function holds(
    name: string,
    entry: SignatureEntry,
    signature: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const bytes = await api.file(name, maxBytes.signatures, signal)
    if (bytes === undefined || signature === undefined) return false
    return parseAggregate(bytes, name).some((one) => isSameEntry(one, { ...entry, signature }))
  }

  async function write(files: Files, base: Files, by: AsfaloadApi, signal: AbortSignal): Promise<void> {
    for (const name of files.keys()) if (!name.startsWith(folder)) throw notOurs(name, folder)
    const drafted = draftIn(files)
    if (drafted !== undefined) {
      const done = [...drafted.keys()].map(activeName).filter((name) => !isSignaturesName(name))
      for (const name of [...drafted.keys(), ...done]) {
        const there = await api.file(name, maxBytes.signatures, signal)
        if (there !== undefined && drafted.has(name)) throw begunThere(name)
        const known = there ?? (await drafts.read(name, maxBytes.signatures, signal))
        checkUnchanged(name, base.get(name) ?? null, known ?? null)
      }
      return drafts.write(drafted, new Map(), 'a revocation', signal)
    }
    const submissions = submissionsOf(files, base)
    for (const [done, one] of submissions.entries()) {
      try {
        await submit(one, by, signal)
      } catch (thrown) {
        throw done === 0 ? thrown : partly(thrown, done, submissions.length)
      }
    }
  }

  const transport: Transport = {
    list: async (prefix, signal) => {
      const names = [...(await look(signal))].flatMap(([name, bytes]) => (isThere(bytes) ? name : []))
      const mine = await drafts.list(folder, signal)
      const seen = await held
      const open = await Promise.all(mine.map((name) => draft(name, signal, seen)))
      const all = new Set([...names, ...mine.filter((_, at) => open[at] !== undefined)])
      return [...all].filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },
    read: async (name, limit, signal) => {
      if (!name.startsWith(folder)) throw notOurs(name, folder)
      const bytes = await found(name, limit, signal)
      if (bytes instanceof AppError) throw bytes
      if (bytes !== undefined) checkSize(name, bytes.length, limit)
      return bytes
    },
    write: (files, base, _note, signal) => write(files, base, api, signal),
  }

  return {
    ...transport,
    sentBy: (authorizer) => {
      const by = api.as(authorizer)
      return { ...transport, write: (files, base, _note, signal) => write(files, base, by, signal) }
    },
    sendingCost: async (subject, key, signal) => {
      const isAlways = (await draft(folder + fileOf(subject), signal)) !== undefined
      return isAlways || (await api.generation(signal)) === 2 ? questionCost(key, api.address) : undefined
    },
    outcome: async (subject, digest, signal) => {
      if (published.has(`${subject}/${digest}`)) return { kind: 'published' }
      const name = folder + fileOf(subject)
      if ((await draft(name, signal)) !== undefined) return undefined
      const waits = await api.file(pendingSignatures(name), maxBytes.signatures, signal)
      if (waits !== undefined) return { kind: 'waits' }
      return { kind: (await isInForce(name, digest, signal)) ? 'published' : 'gone' }
    },
  }
}

/** A revocation that nobody has signed, and the empty file for its signatures: kept here until somebody does. */
function draftIn(files: Files): Map<string, Uint8Array> | undefined {
  const suffix = pendingRevocation('')
  const draft = new Map([...files].flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes] as const])))
  const [name] = [...draft.keys()].filter((one) => one.endsWith(suffix))
  const signatures = name === undefined ? undefined : draft.get(pendingSignatures(name))
  if (name === undefined || signatures === undefined || files.size !== 2 || draft.size !== 2) return undefined
  return parseAggregate(signatures, name).length === 0 ? draft : undefined
}

function fileOf(subject: string): string {
  if (subject === signersSubject) return pendingSignersName
  const path = subject.slice(subject.indexOf('/') + 1)
  return subject.startsWith(revocationSubject('')) ? pendingRevocation(path) : path
}

function subjectOf(name: string): string {
  if (name === pendingSignersName) return signersSubject
  const suffix = pendingRevocation('')
  return name.endsWith(suffix) ? revocationSubject(name.slice(0, -suffix.length)) : releaseSubject(name)
}
