// Keys of this person that sign what is asked of a backend: which of the project's signers they are, and what each question costs.
import { AppError, isVerdict } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { KnownSigner, PublicKey, Signer } from '../../core/signer.ts'
import type { Context } from '../../core/system.ts'
import { type Project, readActive, readPending, type SignersPlace } from '../../core/systems/asfaload/project.ts'
import { everyKey, parseSignersFile } from '../../core/systems/asfaload/signers-file.ts'
import type { Transport } from '../../core/transport.ts'
import { isWebLocation } from '../location.ts'
import type { OpenSource } from '../open-source.ts'
import { parseAsfaloadAddress } from '../transports/asfaload/address.ts'
import { type Authorizer, questionCost, shownBackend } from '../transports/asfaload/authorization.ts'
import { sameKeyText } from './key-text.ts'
import { projectOf } from './project-of.ts'

/** The key anew for each question, so that whoever holds it is told what this one is. */
type FindSigner = (id: string, signal: AbortSignal, purpose: string) => Promise<Signer>

/** Refused before anybody touches anything: a backend answers the signers of the project alone. */
export async function askingKey(
  source: OpenSource,
  signer: KnownSigner,
  find: FindSigner,
  context: Context,
): Promise<Authorizer> {
  const { pinned, backend } = source
  if (backend === undefined) throw notBackend(pinned)
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
  source: Pick<OpenSource, 'pinned' | 'transport'>,
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

async function signerTexts(source: Pick<OpenSource, 'pinned' | 'transport'>, context: Context): Promise<string[]> {
  const project = await projectOf(source, context)
  return [...textsOf(await readActive(project)), ...(await pendingTexts(project))]
}

/** One that cannot be read is told where what waits is told, and is no reason to see nothing of the project. */
async function pendingTexts(project: Project): Promise<string[]> {
  try {
    return textsOf(await readPending(project))
  } catch (error) {
    if (isVerdict(error)) return []
    throw error
  }
}

function textsOf(file: SignersPlace | undefined): string[] {
  return file === undefined ? [] : everyKey(parseSignersFile(file.bytes, file.name)).map(({ text }) => text)
}

export function notBackend({ name, location }: { name: string; location: string }): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} is not at an Asfaload backend`,
    hint: isWebLocation(location)
      ? 'a web server does not tell what waits: open a clone of the mirror in a folder, where it is seen'
      : 'nothing has to be asked or named there: what waits is seen',
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
