// Who signs the first root of a repository: key files, rehearsal keys, people whose token is plugged in, keys in the ssh-agent.
import { AppError } from '../../core/error.ts'
import type { KeyHolder } from '../../core/systems/tuf/create.ts'
import type { Desk } from '../../node/desk.ts'
import { unreadHolders } from '../../node/enrolled.ts'
import { isSameName } from '../../node/enrolled-file.ts'
import { newFiles } from '../../node/founding.ts'
import { knownKeys } from '../../node/known-keys.ts'
import { isKeyUri } from '../../node/pkcs11/uri.ts'
import { createRehearsalKey } from '../../node/signers/rehearsal.ts'
import { isAgentSigner } from '../../node/ssh-agent/agent.ts'
import { fromErrorData } from '../../node/token-host/protocol.ts'
import { isTokenSigner } from '../../node/token-host/signers.ts'
import type { Io, Parsed } from '../command.ts'
import { findKey } from '../find-key.ts'
import { plugPractice } from '../practice.ts'
import { holderOf } from './tokens/words.ts'

interface Chosen {
  holders: KeyHolder[]
  online: KeyHolder
}

export async function chooseKeys(parsed: Parsed, io: Io, desk: Desk): Promise<Chosen> {
  await plugPractice(parsed, desk, io)
  const find = parsed.flag('rehearsal') ? rehearsalHolder : realHolder
  const named = parsed.texts('key')
  const names = named.length === 0 && parsed.flag('rehearsal') ? ['You'] : named
  const holders: KeyHolder[] = []
  for (const name of names) holders.push(await find(desk, name, io))
  const [first] = holders
  if (first === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'a repository needs at least one key',
      hint: 'countersign keys create NAME, then: countersign init DIR --key NAME; or practise with --rehearsal',
    })
  }
  const onlineName = parsed.text('online-key') ?? (parsed.flag('rehearsal') ? 'Online' : undefined)
  const online = onlineName === undefined ? first : await find(desk, onlineName, io)
  return { holders, online }
}

/** A rehearsal key, made when there is none of this name; or a practice token's. */
async function rehearsalHolder(desk: Desk, name: string, io: Io): Promise<KeyHolder> {
  const files = await desk.signers(io.signal)
  const there = files.find(({ id }) => id === `rehearsal:${name}`)
  if (there !== undefined) return { signer: await desk.signer(there.id, io.signal, newFiles), owner: name }
  if (isAgentSigner(name)) throw realInRehearsal(name)
  if (!(await isOnToken(desk, name, io))) {
    return { signer: await createRehearsalKey(desk.workspace.rehearsal, name, 'ed25519', io.signal), owner: name }
  }
  const holder = await tokenHolder(desk, name, io)
  if (holder.signer.rehearsal) return holder
  throw realInRehearsal(holder.signer.label)
}

function realInRehearsal(label: string): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `${label} is real, and this is a rehearsal`,
    hint: 'practise with the practice token: countersign tokens practice',
  })
}

async function realHolder(desk: Desk, wanted: string, io: Io): Promise<KeyHolder> {
  const files = (await desk.signers(io.signal)).filter(({ id }) => !isAgentSigner(id))
  const file = files.find(({ id }) => id === wanted || id === `file:${wanted}`)
  const isAlsoToken = await isOnToken(desk, wanted, io)
  if (file !== undefined && !file.rehearsal && !isAlsoToken) {
    const signer = await desk.signer(file.id, io.signal, newFiles)
    return { signer, owner: file.id.slice(file.id.indexOf(':') + 1) }
  }
  if (!isAlsoToken) {
    const inAgent = await agentHolder(desk, wanted, io)
    if (inAgent !== undefined) return inAgent
    const { problem } = await desk.tokens.knownHolders(io.signal)
    if (problem !== undefined) throw fromErrorData(unreadHolders(problem))
    throw new AppError({
      code: 'signer/absent',
      message: `there is no key ${wanted} here that could sign`,
      hint: `create it: countersign keys create ${wanted}; or enrol a token: countersign tokens enroll ${wanted} TOKEN SLOT`,
    })
  }
  const holder = await tokenHolder(desk, wanted, io)
  if (!holder.signer.rehearsal) return holder
  throw new AppError({
    code: 'signer/unsupported',
    message: `${holder.signer.label} is for practice, and this is a real repository`,
    hint: 'add --rehearsal, or use a real token',
  })
}

async function isOnToken(desk: Desk, wanted: string, io: Io): Promise<boolean> {
  if (isTokenSigner(wanted) || isKeyUri(wanted)) return true
  const { holders } = await desk.tokens.knownHolders(io.signal)
  return holders.some(({ name }) => isSameName(name, wanted))
}

/** By its id, or by the name under which its public key is kept here. */
async function agentHolder(desk: Desk, wanted: string, io: Io): Promise<KeyHolder | undefined> {
  const known = (await knownKeys(desk, [], io.signal)).filter(({ id }) => isAgentSigner(id))
  const found = known.find(({ id, owner }) => id === wanted || (owner !== undefined && isSameName(owner, wanted)))
  if (found === undefined && !isAgentSigner(wanted)) return undefined
  const signer = await desk.signer(found?.id ?? wanted, io.signal, newFiles)
  if (found?.owner !== undefined) return { signer, owner: found.owner }
  throw new AppError({
    code: 'usage/invalid',
    message: `nobody is named for ${signer.label}`,
    hint: `say first whose key it is: countersign keys import NAME ${signer.id}`,
  })
}

/** The root names people: a token's key is known by the person it was enrolled for. */
async function tokenHolder(desk: Desk, wanted: string, io: Io): Promise<KeyHolder> {
  const id = await findKey(desk, wanted, io)
  const signer = await desk.signer(id, io.signal, `first root and targets of a new repository, with ${id}`)
  const owner = holderOf(signer.key, await desk.tokens.holders(io.signal))
  if (owner !== undefined) return { signer, owner }
  throw new AppError({
    code: 'usage/invalid',
    message: `nobody is enrolled for ${signer.label}`,
    hint: 'say first whose key it is: countersign tokens enroll NAME TOKEN SLOT',
  })
}
