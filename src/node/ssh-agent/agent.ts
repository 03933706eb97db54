// The ssh-agent of this user: which of its keys can sign here, and their signatures. The agent keeps the secrets and asks in its own
// way; here nothing of either is ever seen.
import { verifySignature } from '../../core/crypto.ts'
import { AppError, type ErrorData, toAppError, toErrorData } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import type { Prompt, PublicKey } from '../../core/signer.ts'
import { parseSshSignature, readSshKey, sshFingerprint } from '../../core/ssh-agent/key.ts'
import {
  type ListedKey,
  listRequest,
  maxMessageBytes,
  parseKeyList,
  parseSignAnswer,
  signRequest,
} from '../../core/ssh-agent/messages.ts'
import { visible } from '../../core/visible.ts'
import { checkCancelled } from '../cancel.ts'
import { isOffline } from '../offline.ts'
import { type AgentAddress, agentAddress, isRemoteSession } from './address.ts'
import { type Ask, withAgentLine } from './line.ts'

export interface AgentKey {
  /** "ssh:SHA256:" and the fingerprint, as ssh-add -l shows it. */
  id: string
  /** Safe to show; empty where the agent tells none. */
  comment: string
  /** "ssh-agent key dana@laptop" */
  label: string
  key: PublicKey
}

export interface AgentKeys {
  keys: readonly AgentKey[]
  /** The others that it holds, each with the reason. */
  unusable: readonly { id: string; comment: string; type: string; why: string }[]
  /** Why it is not known what the agent holds. */
  problem?: ErrorData
}

export interface AgentSignRequest {
  key: AgentKey
  message: Uint8Array
  purpose: string
}

export interface SshAgent {
  /** Asked anew, and never waited for long; an agent that fails is a problem in the list. */
  list(signal: AbortSignal): Promise<AgentKeys>
  /** The same for lists that are made all the time: who did not answer once is waited for by nobody until it does. */
  known(signal: AbortSignal): Promise<AgentKeys>
  /** The key is looked for first: what the agent does not hold, nobody is asked for. */
  sign(request: AgentSignRequest, prompt: Pick<Prompt, 'touch'>, signal: AbortSignal): Promise<Uint8Array>
}

export interface AgentOptions {
  env?: Readonly<Record<string, string | undefined>>
  platform?: NodeJS.Platform
  limits?: Partial<AgentLimits>
}

interface AgentLimits {
  /** A list needs nobody: whoever waits for it waits for all other keys as well. */
  listMs: number
  /** Somebody may have to find the token, or type a PIN. */
  signMs: number
  /** After this silence it is said that the agent may be asking. */
  silenceMs: number
  /** So long it is left alone after it did not answer. */
  restMs: number
}

const usual: AgentLimits = { listMs: 1_500, signMs: 120_000, silenceMs: 400, restMs: 20_000 }

const none: AgentKeys = { keys: [], unusable: [] }

const maxCommentChars = 80

export function isAgentSigner(signerId: string): boolean {
  return signerId.startsWith('ssh:')
}

/** For its public half; a signature begins with a look of its own. */
export async function findAgentKey(agent: SshAgent, id: string, signal: AbortSignal): Promise<AgentKey> {
  const { keys, unusable, problem } = await agent.list(signal)
  if (problem !== undefined) throw new AppError(problem)
  const found = keys.find((one) => one.id === id)
  if (found !== undefined) return found
  const other = unusable.find((one) => one.id === id)
  throw other === undefined ? keyAbsent(id) : notUsed(id, other)
}

export function sshAgent(options: AgentOptions = {}): SshAgent {
  const { env = process.env, platform = process.platform } = options
  const limits = { ...usual, ...options.limits }
  let resting: { until: number; found: AgentKeys } | undefined

  async function list(signal: AbortSignal): Promise<AgentKeys> {
    try {
      const address = addressOf(env, platform)
      if (address === undefined) return none
      const listed = await withAgentLine(address.path, signal, (ask) => askKeys(ask, limits.listMs))
      resting = undefined
      return sorted(listed)
    } catch (thrown) {
      checkCancelled(signal)
      const error = toAppError(thrown)
      const found = { ...none, problem: toErrorData(error) }
      resting = error.code === 'signer/busy' ? { until: performance.now() + limits.restMs, found } : undefined
      return isNobody(error, env, platform) ? none : found
    }
  }

  return {
    list,
    known: async (signal) => {
      if (resting === undefined) return list(signal)
      const { found, until } = resting
      if (performance.now() >= until) {
        resting = { found, until: performance.now() + limits.restMs }
        void list(new AbortController().signal)
      }
      return found
    },
    sign: async (request, prompt, signal) => {
      const address = addressOf(env, platform)
      if (address === undefined) throw noAgent()
      return withAgentLine(address.path, signal, (ask) => signed(ask, request, prompt, limits))
    },
  }
}

function addressOf(env: NonNullable<AgentOptions['env']>, platform: NodeJS.Platform): AgentAddress | undefined {
  const address = agentAddress(env, platform)
  // A socket reaches no network by itself; but sshd carries what is said to a forwarded agent to the other end of its session.
  if (address === undefined || !isOffline() || !isRemoteSession(env)) return address
  throw new AppError({
    code: 'source/unreachable',
    message:
      'the ssh-agent was not asked: this session came over SSH, its agent may be on another computer, and Countersign is offline',
    hint: 'sit down at this computer, or go online again: countersign offline off',
  })
}

/** Nothing listens where nobody said that something would. */
function isNobody({ code, data }: AppError, env: NonNullable<AgentOptions['env']>, platform: NodeJS.Platform): boolean {
  return code === 'signer/absent' && data?.errno === 'ENOENT' && agentAddress(env, platform)?.isGuess === true
}

async function askKeys(ask: Ask, timeoutMs: number): Promise<ListedKey[]> {
  const late = new AppError({
    code: 'signer/busy',
    message: `the ssh-agent did not tell its keys within ${timeoutMs / 1000} s`,
    hint: 'see whether it is locked or waits for an answer: ssh-add -l; other keys can be used meanwhile',
  })
  const listed = parseKeyList(await ask(listRequest(), timeoutMs, late))
  if (listed !== undefined) return listed
  throw new AppError({
    code: 'signer/failed',
    message: 'the ssh-agent refuses to tell its keys',
    hint: 'unlock it, then repeat: ssh-add -X, or in the window of the program that it belongs to',
  })
}

function sorted(listed: readonly ListedKey[]): AgentKeys {
  const keys = new Map<string, AgentKey>()
  const unusable: AgentKeys['unusable'][number][] = []
  for (const entry of listed) {
    const comment = commentOf(entry)
    const found = readSshKey(entry.blob)
    const fingerprint = sshFingerprint(entry.blob)
    const id = `ssh:${fingerprint}`
    if ('key' in found) {
      const label = `ssh-agent key ${comment === '' ? fingerprint : comment}`
      keys.set(id, { id, comment, label, key: found.key })
    } else unusable.push({ id, comment, type: visible(found.type), why: visible(found.why) })
  }
  return { keys: [...keys.values()], unusable }
}

/** Whoever added the key chose it: made visible, and not longer than people read. */
function commentOf({ comment }: ListedKey): string {
  const chars = [...comment]
  const short = chars.length > maxCommentChars ? `${chars.slice(0, maxCommentChars).join('')}…` : comment
  return visible(short.trim())
}

// ---- a signature ---------------------------------------------------------------------------------------------------

async function signed(
  ask: Ask,
  { key: { key, label }, message, purpose }: AgentSignRequest,
  prompt: Pick<Prompt, 'touch'>,
  limits: AgentLimits,
): Promise<Uint8Array> {
  const listed = await askKeys(ask, limits.listMs)
  const blob = listed.find((entry) => isOf(entry, key))?.blob
  if (blob === undefined) throw notHeld(label)
  const request = signRequest(blob, message)
  if (request.length > maxMessageBytes) throw tooLarge(message)
  const over = noticeSilence(prompt, label, purpose, limits)
  try {
    const answer = parseSignAnswer(await ask(request, limits.signMs, unanswered(label, limits)))
    if (answer === undefined) throw refused(label)
    const signature = parseSshSignature(answer, key)
    if (await verifySignature(key, message, signature)) return signature
    throw lying(label)
  } finally {
    over()
  }
}

function isOf({ blob }: ListedKey, key: PublicKey): boolean {
  const found = readSshKey(blob)
  return 'key' in found && isSameKey(found.key, key)
}

/** An agent does not tell that it asks somebody: it just keeps silent. */
function noticeSilence(
  prompt: Pick<Prompt, 'touch'>,
  device: string,
  purpose: string,
  { silenceMs, signMs }: AgentLimits,
): () => void {
  let takeAway: (() => void) | undefined
  const timer = setTimeout(() => {
    takeAway = prompt.touch({ device, purpose, timeoutMs: signMs - silenceMs, agent: true })
  }, silenceMs)
  return () => {
    clearTimeout(timer)
    takeAway?.()
  }
}

// ---- what is refused -------------------------------------------------------------------------------------------------

const looking = 'see what it holds: ssh-add -l; unlock it with ssh-add -X, or add the key with ssh-add FILE'

function keyAbsent(id: string): AppError {
  return new AppError({
    code: 'signer/absent',
    message: `the ssh-agent of this session does not hold the key ${id.slice('ssh:'.length)}, or there is no agent`,
    hint: looking,
  })
}

function notUsed(id: string, { type, why }: { type: string; why: string }): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `the ssh-agent holds ${id.slice('ssh:'.length)}, which is a key of the kind ${type}: ${why}`,
    hint: 'choose an Ed25519 key; a new one is made by: ssh-keygen -t ed25519',
  })
}

function noAgent(): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'there is no ssh-agent in this session',
    hint: 'start one and add the key: eval $(ssh-agent), then ssh-add FILE',
  })
}

function notHeld(label: string): AppError {
  return new AppError({
    code: 'signer/absent',
    message: `the ssh-agent does not hold ${label} any more; nobody was asked anything`,
    hint: looking,
  })
}

function tooLarge({ length }: Uint8Array): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `this document has ${length} bytes, and an ssh-agent takes messages of at most ${maxMessageBytes}`,
    hint: 'sign it with a key file or a token',
  })
}

function refused(label: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `the ssh-agent refused to sign with ${label}, and an agent never says why`,
    hint: 'confirm or touch when it asks; where it was locked or could not ask, unlock it and repeat',
  })
}

function unanswered(label: string, { signMs }: AgentLimits): AppError {
  return new AppError({
    code: 'signer/touch-timeout',
    message: `the ssh-agent did not sign with ${label} within ${Math.round(signMs / 1000)} s; nothing was signed`,
    hint: 'repeat, and answer the agent when it asks for a touch, a PIN or a confirmation',
  })
}

function lying(label: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `the ssh-agent answered with a signature that does not fit ${label}`,
    hint: 'nothing was written; do not use this agent until you know what it is',
  })
}
