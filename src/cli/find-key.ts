// KEY on the command line: which signer is meant. A token is only looked at when one is meant, and never chosen by guessing.
import { AppError } from '../core/error.ts'
import { isSameKey } from '../core/key.ts'
import type { KnownSigner, PublicKey, Purpose, Signer } from '../core/signer.ts'
import { sshKeyId } from '../core/ssh-agent/key.ts'
import { tokenLabel } from '../core/token-words.ts'
import { visible } from '../core/visible.ts'
import type { Desk } from '../node/desk.ts'
import { unreadHolders } from '../node/enrolled.ts'
import { type Holder, isSameName } from '../node/enrolled-file.ts'
import { isKeyUri } from '../node/pkcs11/uri.ts'
import { isAgentSigner } from '../node/ssh-agent/agent.ts'
import { fromErrorData } from '../node/token-host/protocol.ts'
import { isTokenSigner } from '../node/token-host/signers.ts'
import type { Io } from './command.ts'

/** Whether a key is any use for what is to be signed. */
export type Suits = (key: PublicKey) => boolean

/** The id of a key file, a rehearsal key, a key on a token that is plugged in, or one in the ssh-agent. */
export async function findKey(desk: Desk, wanted: string, io: Io, suits: Suits = () => true): Promise<string> {
  if (isKeyUri(wanted)) return desk.tokens.findUri(wanted, io.signal)
  if (isAgentSigner(wanted)) return wanted
  if (isTokenSigner(wanted)) return wanted.startsWith('piv:') ? lowerSlot(wanted) : wanted
  const files = (await desk.signers(io.signal)).filter(({ id }) => !isTokenSigner(id))
  const file = files.find(({ id }) => id === wanted || id === `file:${wanted}` || id === `rehearsal:${wanted}`)
  const { holders, problem } = await desk.tokens.knownHolders(io.signal)
  const holder = holders.find(({ name }) => isSameName(name, wanted))
  if (holder === undefined) {
    const found = file?.id ?? (await inAgent(desk, wanted, files, io))
    if (found !== undefined) return found
    const error = await noKey(desk, wanted, files, io)
    // It may be somebody's name: without the list of names nobody can tell.
    const isMaybeName = error.code === 'signer/absent' && !/^(file|rehearsal):/.test(wanted)
    throw problem !== undefined && isMaybeName ? fromErrorData(unreadHolders(problem)) : error
  }
  if (file === undefined) return onTokens(desk, holder, io, suits)
  throw new AppError({
    code: 'usage/invalid',
    message: `${wanted} is the name of a key here, and of somebody with a token`,
    hint: `say which: --key ${[file.id, ...holder.keys.map(({ signerId }) => signerId)].join(', or --key ')}`,
  })
}

export async function signerFor(desk: Desk, wanted: string, io: Io, purpose?: Purpose, suits?: Suits): Promise<Signer> {
  return desk.signer(await findKey(desk, wanted, io, suits), io.signal, purpose)
}

/** A public key that somebody gave a name here, and that the agent holds. */
async function inAgent(desk: Desk, wanted: string, files: readonly KnownSigner[], { signal }: Io) {
  const named = (await desk.keys.list(signal)).keys.find(({ name }) => name === wanted || `file:${name}` === wanted)
  return files.find(({ id, key }) => isAgentSigner(id) && named !== undefined && isSameKey(key, named.key))?.id
}

/** "piv:15835999/9C" is typed as easily. */
function lowerSlot(id: string): string {
  const slash = id.lastIndexOf('/')
  return slash < 0 ? id : id.slice(0, slash) + id.slice(slash).toLowerCase()
}

/** The one key of this person that is plugged in: found by the key itself, wherever it is. */
async function onTokens(desk: Desk, { name, keys }: Holder, io: Io, suits: Suits): Promise<string> {
  const { tokens } = await desk.tokens.list(io.signal)
  const plugged = tokens.flatMap((token) =>
    token.slots.flatMap(({ key, signerId, id }) =>
      key !== undefined && signerId !== undefined && keys.some((enrolled) => isSameKey(enrolled.key, key))
        ? [{ signerId, key, words: `${signerId} (${tokenLabel(token)}, slot ${id})` }]
        : [],
    ),
  )
  // Of several only those count that may sign this; where none may, all are named.
  const useful = plugged.filter(({ key }) => suits(key))
  const found = useful.length > 0 ? useful : plugged
  const [only, other] = found
  if (only !== undefined && other === undefined) return only.signerId
  if (only !== undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${found.length} keys of ${name} are plugged in: ${visible(found.map(({ words }) => words).join(', '))}`,
      hint: `choose one: ${found.map(({ signerId }) => `--key ${signerId}`).join(' or ')}`,
    })
  }
  const places = keys.map(({ signerId, rehearsal, ...key }) => {
    const token = tokenLabel({ name: key.tokenName, ...(key.serial === undefined ? {} : { serial: key.serial }) })
    return `${token} (${signerId})${rehearsal ? ' with --practice' : ''}`
  })
  throw new AppError({
    code: 'signer/absent',
    message: `no token of ${name} is plugged in`,
    hint: visible(`insert ${places.join(' or ')}, and repeat`),
  })
}

async function noKey(desk: Desk, wanted: string, files: readonly KnownSigner[], { signal }: Io): Promise<AppError> {
  const name = wanted.replace(/^file:/, '')
  const { keys, problems } = await desk.keys.list(signal)
  const known = keys.find((key) => key.name === name)
  if (known !== undefined) {
    const id = sshKeyId(known.key)
    return new AppError({
      code: 'signer/unsupported',
      message: `key ${name} is only a public key here${id === undefined ? '' : `, and the ssh-agent does not hold it now (${id})`}`,
      hint: `${id === undefined ? '' : 'add it to the agent: ssh-add FILE; or '}sign on the computer or token that holds its secret`,
    })
  }
  // A damaged file is not a missing key; which of them was meant cannot be told from its inside.
  const damaged = problems.find((error) => error.message.includes(`${name.toLowerCase()}.json`))
  return (
    damaged ??
    new AppError({
      code: 'signer/absent',
      message: `there is no key ${wanted} here`,
      hint: await keysHere(desk, files),
    })
  )
}

async function keysHere(desk: Desk, files: readonly KnownSigner[]): Promise<string> {
  const { holders } = await desk.tokens.knownHolders(new AbortController().signal)
  const names = [...files.map(({ id }) => id), ...holders.map(({ name }) => visible(name))]
  const here = names.join(', ') || 'none; make one: countersign keys create NAME'
  return `keys here: ${here}; on tokens: countersign tokens list`
}
