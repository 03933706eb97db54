// A repository that is served, without a port, and everybody who may change it: drafts are signed by named people and sent
// as any program would send them. Every answer is held against the OpenAPI document.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { toBase64, toHex } from '../../src/core/bytes.ts'
import { isSameKey } from '../../src/core/key.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Signer } from '../../src/core/signer.ts'
import { createRepository } from '../../src/core/systems/tuf/create.ts'
import { type Drafted, draftEdits } from '../../src/core/systems/tuf/drafting.ts'
import type { KeyEntry, SubjectEdit } from '../../src/core/systems/tuf/edit/edit.ts'
import { plainLayout, repositoryRooms } from '../../src/core/systems/tuf/layouts/plain.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { belowTargets, type Structure } from '../../src/core/systems/tuf/structure.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { signWithdrawal } from '../../src/core/systems/tuf/withdrawal.ts'
import { blockingFileSystem } from '../../src/node/file-system.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { type AppOptions, type RepositoryApp, repositoryApp } from '../../src/repository/app.ts'
import type { CandidateView } from '../../src/repository/board.ts'
import type { Ground } from '../../src/repository/ground.ts'
import { openRepository, type Receipt, type Repository } from '../../src/repository/repository.ts'
import { checkedAnswer, checkRequest } from './openapi.ts'
import { never, softwareSigner } from './repository.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface SentDocument {
  subject: string
  base: string | null
  content: string
}

export interface Team {
  folder: string
  ground: Ground
  repository: Repository
  app: RepositoryApp
  anchor: Uint8Array
  log: string[]
  /** What was exercised of what the document promises. */
  exercised: Set<string>
  person(name: string): Promise<Signer>
  entry(name: string): Promise<KeyEntry>
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** On top of what is published. */
  draft(subject: string, ...edits: readonly SubjectEdit[]): Promise<Drafted>
  /** Its documents as they are sent, signed by those who may. */
  documents(drafted: Drafted, names: readonly string[], base?: string | null): Promise<SentDocument[]>
  send(documents: readonly SentDocument[]): Promise<Response>
  propose(subject: string, names: readonly string[], ...edits: readonly SubjectEdit[]): Promise<Receipt>
  sign(subject: string, name: string): Promise<Response>
  withdrawal(subject: string, name: string): Promise<unknown>
  candidate(subject: string): Promise<CandidateView | undefined>
  proposal(subject: string): Promise<Proposal>
}

export interface TeamOptions {
  names?: readonly string[]
  threshold?: number
  structure?: Structure
  now?: () => Date
  app?: Partial<AppOptions>
}

export async function openTeam(options: TeamOptions = {}): Promise<Team> {
  const { names = ['Ana', 'Ben', 'Cleo'], threshold = 2, structure = { kind: 'none' } } = options
  const now = options.now ?? (() => new Date())
  const people = new Map<string, Signer>()
  const person = async (name: string): Promise<Signer> => {
    const known =
      people.get(name) ?? (await softwareSigner(name, name.length % 2 === 0 ? 'ed25519' : 'ecdsa-p256-sha256'))
    people.set(name, known)
    return known
  }
  const online = await softwareSigner('online')
  const holders = await Promise.all(names.map(async (owner) => ({ owner, signer: await person(owner) })))
  const role = { holders, threshold, expiryDays: 365 }
  const machine = { holders: [{ signer: online }], threshold: 1, expiryDays: 7 }
  const plan = { root: role, targets: role, snapshot: machine, timestamp: machine }
  const files = await createRepository(
    plan,
    plainLayout,
    { now: now(), signal: never },
    belowTargets(structure, plan, now()),
  )
  const folder = join(temporaryFolder(), 'packages')
  const source = directoryTransport(folder, { create: true, rooms: repositoryRooms, fs: blockingFileSystem })
  await source.write(files, new Map(), 'create', never)
  const anchor = files.get('metadata/1.root.json') ?? new Uint8Array()
  const system = tufSystem(plainLayout)
  const log: string[] = []
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const ground: Ground = {
    ...{ name: 'packages', folder, source, layout: plainLayout, system, anchor, online: [online], now },
    log: (line) => void log.push(line),
    signal: stop.signal,
  }
  const repository = await openRepository(ground)
  const app = repositoryApp(repository, { log: ground.log, signal: stop.signal, ...options.app })
  const context = () => ({ anchor, now: now(), signal: never })
  const exercised = new Set<string>()

  const call: Team['call'] = async (method, path, body, headers = {}) => {
    const isPlain = body === undefined || typeof body === 'string' || body instanceof Uint8Array
    const response = await app.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method,
        headers: { ...(isPlain ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: isPlain ? (body as string) : JSON.stringify(body) }),
      }),
      { address: '192.0.2.1' },
    )
    const described = await checkedAnswer(method, path.replace(/\?.*$/, ''), response)
    if (described !== undefined) exercised.add(described)
    if (response.ok && !isPlain) checkRequest(method, path, body)
    return response
  }

  async function json<T>(response: Response): Promise<T> {
    const value = (await response.json()) as T
    expect(response.status, JSON.stringify(value)).toBe(200)
    return value
  }

  const team: Team = {
    ...{ folder, ground, repository, app, anchor, log, exercised, person, call },
    entry: async (name) => ({ key: (await person(name)).key, owner: name }),
    draft: (subject, ...edits) => draftEdits({ subject, edits, defaultDays: 365 }, plainLayout, source, context()),
    documents: async ({ files: drafted, proposal, along }, who, base = null) => {
      const documents: SentDocument[] = []
      for (const one of [proposal, ...along]) {
        let bytes = drafted.get(plainLayout.candidateName(one.subject)) ?? new Uint8Array()
        for (const name of who) bytes = await signedBy(bytes, one, await person(name))
        documents.push({ subject: one.subject, base: one === proposal ? base : null, content: toBase64(bytes) })
      }
      return documents
    },
    send: (documents) => call('POST', '/api/v1/candidates', { documents }),
    propose: async (subject, who, ...edits) =>
      json(await team.send(await team.documents(await team.draft(subject, ...edits), who))),
    sign: async (subject, name) => {
      const proposal = await team.proposal(subject)
      const signer = await person(name)
      const sig = toHex(await signer.sign(proposal.payload, never))
      const signatures = idsOf(proposal, signer).map((keyid) => ({ keyid, sig }))
      return call('POST', `/api/v1/candidates/${encodeURIComponent(subject)}/signatures`, {
        payload: proposal.digest,
        signatures,
      })
    },
    withdrawal: async (subject, name) => {
      const view = await team.candidate(subject)
      const proposal = await team.proposal(subject)
      const signer = await person(name)
      const { payload: digest = '', nonce = '' } = view ?? {}
      const statement = await signWithdrawal({ subject, digest, nonce }, signer, idsOf(proposal, signer), never)
      return JSON.parse(new TextDecoder().decode(statement))
    },
    candidate: async (subject) => {
      const { candidates } = await json<{ candidates: CandidateView[] }>(await call('GET', '/api/v1/candidates'))
      return candidates.find((one) => one.subject === subject)
    },
    proposal: async (subject) => {
      const { proposals, problems } = await system.pending(source, context())
      const found = proposals.find((one) => one.subject === subject)
      if (found === undefined)
        throw problems.find((one) => one.subject === subject)?.error ?? new Error(`no ${subject}`)
      return found
    },
  }
  return team
}

export function idsOf({ quorums }: Proposal, { key }: Signer): string[] {
  const mine = quorums.flatMap(({ keys }) =>
    keys.filter((entry) => entry.key !== undefined && isSameKey(entry.key, key)),
  )
  return [...new Set(mine.flatMap(({ ids }) => ids))]
}

async function signedBy(bytes: Uint8Array, proposal: Proposal, signer: Signer): Promise<Uint8Array> {
  const sig = toHex(await signer.sign(proposal.payload, never))
  return idsOf(proposal, signer).reduce((text, id) => insertSignature(text, id, sig), bytes)
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** What a refusal says, for programs. */
export async function refused(
  response: Response,
): Promise<{ status: number; code: string; data: Record<string, unknown> }> {
  const { code, data = {} } = (await response.json()) as { code: string; data?: Record<string, unknown> }
  return { status: response.status, code, data }
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
