// What a rehearsal of a script has in place of the day: a practice token for everybody who has a key, a practice repository of the same
// people, and the request to renew its root.
import { findProposal } from '../../core/approve.ts'
import { utf8 } from '../../core/bytes.ts'
import type { CeremonyScript, Person } from '../../core/ceremony/script.ts'
import { AppError } from '../../core/error.ts'
import type { Prompt, Signer } from '../../core/signer.ts'
import { createSoftwareKey, signWithSecret } from '../../core/software-key.ts'
import { createRepository, type KeyHolder } from '../../core/systems/tuf/create.ts'
import { encodeMetadata } from '../../core/systems/tuf/encode.ts'
import { formatDate } from '../../core/systems/tuf/expiry.ts'
import { plainLayout } from '../../core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../../core/systems/tuf/metadata.ts'
import { memoryTransport } from '../../core/transport.ts'
import { requestFor } from '../carried/departure.ts'
import type { Desk, TufSource } from '../desk.ts'
import { tufPlace } from '../place.ts'
import { type Practice, practice } from '../token-host/practice.ts'
import { knownSigners } from '../token-host/signers.ts'
import { directoryTransport } from '../transports/directory.ts'

/** What a practice token is delivered with, and what is typed in a rehearsal. */
export const practicePin = '123456'
const slot = '9c'
const day = 86_400_000

export interface Cast {
  /** A number for each person whose token is a practice token. */
  cards: ReadonlyMap<string, number>
  signers: ReadonlyMap<string, Signer>
}

/** A practice token, with a key made on it, for everybody who has a key in the script. */
export async function makeCards(
  dataDir: string,
  run: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Cast> {
  const files = directoryTransport(dataDir, { create: true, private: true })
  const reader = practice(files, signal)
  const cards = new Map<string, number>()
  const signers = new Map<string, Signer>()
  for (const [at, name] of names.entries()) {
    const number = at + 1
    cards.set(name, number)
    signers.set(name, await makeKey(reader, { run, number }, signal))
  }
  await reader.plug(false)
  return { cards, signers }
}

async function makeKey(reader: Practice, card: { run: string; number: number }, signal: AbortSignal): Promise<Signer> {
  const prompt = typing(reader)
  await reader.plug(true, card)
  const [token] = (await reader.driver.list(signal)).tokens
  if (token === undefined)
    throw new AppError({ code: 'internal/bug', message: 'a practice token is not in its reader' })
  await reader.driver.generate(
    { tokenId: token.id, slot, algorithm: 'P-256', pinPolicy: 'once', touchPolicy: 'always', replace: false },
    prompt,
    signal,
  )
  const [known] = knownSigners(await reader.driver.list(signal))
  if (known === undefined) throw new AppError({ code: 'internal/bug', message: 'a practice token has no key' })
  const { id: signerId, key, rehearsal } = known
  return {
    ...known,
    // For the first root of the practice repository: that is made before anybody is asked for anything.
    sign: async (message, stop) => {
      await reader.plug(true, card)
      await reader.driver.list(stop)
      const purpose = 'the first root of a rehearsal'
      const [signature] = await reader.driver.sign(
        { signerId, key, messages: [message], rehearsal, purpose, purposes: [purpose] },
        prompt,
        stop,
      )
      if (signature !== undefined) return signature
      throw new AppError({ code: 'internal/bug', message: 'a practice token did not sign' })
    },
  }
}

/** Nobody is asked: the PIN is the one of the factory, and the finger is ours. */
function typing(reader: Practice): Prompt {
  return {
    pin: async () => utf8(practicePin),
    touch: () => {
      const press = setInterval(() => {
        try {
          reader.touch(true)
        } catch {
          // The card does not wait yet.
        }
      }, 20)
      return () => clearInterval(press)
    },
  }
}

/** The request that stands in: the practice root is renewed, by as many of the signers as a majority is. */
export async function standInRequest(
  script: Pick<CeremonyScript, 'people' | 'repository' | 'title'>,
  { signers }: Cast,
  desk: Desk,
  now: Date,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const holders = script.people.filter(isSigner).flatMap(({ name }): KeyHolder[] => {
    const signer = signers.get(name)
    return signer === undefined ? [] : [{ owner: name, signer }]
  })
  const threshold = Math.floor(holders.length / 2) + 1
  const online = { holders: [await machineKey('Online')], threshold: 1, expiryDays: 30 }
  const releases = { holders: [await machineKey('Releases')], threshold: 1, expiryDays: 365 }
  const people = { holders, threshold, expiryDays: 365 }
  const born = new Date(now.getTime() - 180 * day)
  const files = await createRepository(
    { root: people, targets: releases, snapshot: online, timestamp: online },
    plainLayout,
    { now: born, signal },
  )
  const transport = memoryTransport(files)
  const anchor = transport.files.get('metadata/1.root.json') ?? new Uint8Array()
  const source: TufSource = {
    pinned: { id: '', name: `Rehearsal of ${script.repository}`, location: '', pinnedAt: '' },
    ...tufPlace(transport, plainLayout),
    trust: { anchor, memory: new Map() },
  }
  const next = {
    ...structuredClone(parseMetadata(anchor, 'root', 'the practice root').signed.raw),
    version: 2,
    expires: formatDate(new Date(now.getTime() + 365 * day)),
  }
  const context = desk.context(source, signal)
  const edit = { subject: 'root', document: encodeMetadata(next) }
  await transport.write(await source.system.draft(edit, transport, context), new Map(), 'propose', signal)
  const [waiting] = (await source.system.pending(transport, context)).proposals
  const proposal = await findProposal(waiting?.id ?? 'root/', source.system, transport, context)
  return requestFor(
    source,
    proposal,
    { askedBy: 'the rehearsal', reason: `rehearsal of ${script.title}`, at: now },
    desk,
    signal,
  )
}

const isSigner = ({ roles }: Person): boolean => roles.includes('signer')

async function machineKey(owner: string): Promise<KeyHolder> {
  const { key, secret } = await createSoftwareKey('ed25519')
  const sign = (message: Uint8Array): Promise<Uint8Array> => signWithSecret(key, secret, message)
  return {
    owner,
    signer: { id: `rehearsal:${owner}`, label: owner, key, rehearsal: true, asks: 'nothing', sign },
  }
}
