// Keys of this person that sign what is asked of a backend: which of the project's signers they are, and what each question costs.
import { AppError } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { KnownSigner, PublicKey, Signer } from '../../core/signer.ts'
import type { Context } from '../../core/system.ts'
import { maxBytes, releaseIndex } from '../../core/systems/asfaload/names.ts'
import { openProject, readActive, readPending } from '../../core/systems/asfaload/project.ts'
import { everyKey, parseSignersFile } from '../../core/systems/asfaload/signers-file.ts'
import type { Transport } from '../../core/transport.ts'
import type { OpenSource } from '../open-source.ts'
import { visible } from '../safe-name.ts'
import { parseAsfaloadAddress } from '../transports/asfaload/address.ts'
import { type Authorizer, questionCost, shownBackend } from '../transports/asfaload/authorization.ts'
import { sameKeyText } from './key-text.ts'

/** The key anew for each question, so that whoever holds it is told what this one is. */
type FindSigner = (id: string, signal: AbortSignal, purpose: string) => Promise<Signer>

/** SOURCE with what else a person knows of it; whoever has a key that asks is told before what that costs. */
export async function askedSource(
  source: OpenSource,
  { releases, by }: { releases: readonly string[]; by?: Authorizer | undefined },
  signal: AbortSignal,
): Promise<OpenSource> {
  if (source.backend === undefined) throw notBackend(source.pinned.name)
  const { unseen: _, ...rest } = source
  const place = source.backend.asked(by === undefined ? { releases } : { releases, by })
  for (const release of releases) {
    const name = releaseIndex(release)
    if ((await place.transport.read(name, maxBytes.index, signal)) === undefined) throw noSuchRelease(name)
  }
  return { ...rest, ...place }
}

/** Refused before anybody touches anything: a backend answers the signers of the project alone. */
export async function askingKey(
  source: OpenSource,
  signer: KnownSigner,
  find: FindSigner,
  context: Context,
): Promise<Authorizer> {
  const { pinned, backend } = source
  if (backend === undefined) throw notBackend(pinned.name)
  const text = sameKeyText(await signerTexts(source, context), signer.key)
  if (text !== undefined) return authorizerOf(signer, text, pinned, find)
  throw new AppError({
    code: 'signer/wrong-key',
    message: `${signer.label} is not one of the signers of ${pinned.name}, and a backend answers those alone`,
    hint: 'see which keys are: countersign signers SOURCE show',
  })
}

/** Of these keys those that may ask, and what each is asked for then. */
export async function askableKeys(
  source: Pick<OpenSource, 'transport' | 'pinned'>,
  signers: readonly KnownSigner[],
  context: Context,
): Promise<{ id: string; label: string; cost?: string }[]> {
  const texts = await signerTexts(source, context)
  return signers.flatMap(({ id, label, asks, key }) => {
    const text = sameKeyText(texts, key)
    if (text === undefined) return []
    const cost = questionCost({ text, label, asks }, parseAsfaloadAddress(source.pinned.location))
    return [{ id, label, ...(cost === undefined ? {} : { cost }) }]
  })
}

async function signerTexts({ transport }: Pick<OpenSource, 'transport'>, context: Context): Promise<string[]> {
  const project = await openProject('', transport, context)
  const files = [await readActive(project), await readPending(project)]
  return files.flatMap((file) =>
    file === undefined ? [] : everyKey(parseSignersFile(file.bytes, file.name)).map(({ text }) => text),
  )
}

function notBackend(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} is not at an Asfaload backend`,
    hint: 'nothing has to be asked or named there: what waits is seen',
  })
}

function noSuchRelease(name: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `the backend has no ${visible(name)} in this project`,
    hint: 'name the folder of the release below the project, such as releases/download/v1.0',
  })
}

/** Of a key that may sign one of these; undefined: nothing will be sent for it. */
export function sendingKey(
  { pinned, backend }: Pick<OpenSource, 'pinned' | 'backend'>,
  proposals: readonly Proposal[],
  signer: KnownSigner,
  find: FindSigner,
): Authorizer | undefined {
  const text = backend === undefined ? undefined : textIn(proposals, signer.key)
  return text === undefined ? undefined : authorizerOf(signer, text, pinned, find)
}

/** What it asks of whoever holds the key to send its signature for this change; undefined: nothing. */
export async function sendingCost(
  { backend }: Pick<OpenSource, 'backend'>,
  proposal: Proposal,
  { label, asks, key }: Pick<KnownSigner, 'label' | 'asks' | 'key'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const text = textIn([proposal], key)
  if (backend === undefined || text === undefined) return undefined
  return backend.sendingCost(proposal.subject, { text, label, asks }, signal)
}

/** Where a signature goes. */
export function sendingTo({ transport, backend }: OpenSource, key: Authorizer | undefined): Transport {
  return key === undefined || backend === undefined ? transport : backend.sentBy(key)
}

function textIn(proposals: readonly Proposal[], key: PublicKey): string | undefined {
  const entries = proposals.flatMap(({ quorums }) => quorums.flatMap(({ keys }) => keys))
  return entries.find((entry) => entry.key !== undefined && isSameKey(entry.key, key))?.ids[0]
}

/** `text`: the key as the signers file writes it, or will. */
export function authorizerOf(
  { id, label, asks }: KnownSigner,
  text: string,
  { name, location }: { name: string; location: string },
  find: FindSigner,
): Authorizer {
  // What is signed names no backend, so whoever holds the key is told which one it goes to.
  const backend = shownBackend(parseAsfaloadAddress(location).backend)
  const sign: Authorizer['sign'] = async (message, what, signal) =>
    (await find(id, signal, `${what}, to the backend ${backend}, of ${name}`)).sign(message, signal)
  return { text, label, asks, sign }
}
