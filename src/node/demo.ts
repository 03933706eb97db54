// A repository to practise on: a team with a history, a dangerous change that waits for one signature, and a calm one.
// Made with the same functions as any other repository; every key in it calls itself a rehearsal key.
import { join } from 'node:path'
import { approve, publish } from '../core/approve.ts'
import { toHex, utf8 } from '../core/bytes.ts'
import { sha256 } from '../core/crypto.ts'
import { AppError } from '../core/error.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Signer } from '../core/signer.ts'
import { createSoftwareKey, signWithSecret } from '../core/software-key.ts'
import type { Context } from '../core/system.ts'
import { createRepository, holderKey, type KeyHolder } from '../core/systems/tuf/create.ts'
import { encodeMetadata } from '../core/systems/tuf/encode.ts'
import { formatDate } from '../core/systems/tuf/expiry.ts'
import { plainLayout } from '../core/systems/tuf/layouts/plain.ts'
import { parseMetadata, type RoleType } from '../core/systems/tuf/metadata.ts'
import { targetName } from '../core/systems/tuf/names.ts'
import { tufSystem } from '../core/systems/tuf/system.ts'
import { memoryTransport } from '../core/transport.ts'
import { createRehearsalKey, rehearsalSigners } from './signers/rehearsal.ts'
import { directoryTransport } from './transports/directory.ts'
import { openWorkspace, type PinnedSource } from './workspace.ts'

export const demoName = 'Example Packages'
const day = 86_400_000

/** In the workspace `dataDir`: the repository, the two keys that the person plays with, and the pinned root. */
export async function createDemo(dataDir: string, now: Date, signal: AbortSignal): Promise<PinnedSource> {
  const workspace = openWorkspace(dataDir)
  const location = join(dataDir, 'demo-repository')
  const known = (await workspace.sources()).find((source) => source.location === location)
  if (known !== undefined) {
    if (await isWaiting(dataDir, known, now, signal)) return known
    // Everything in it is signed and published, or it is too old: the story begins again.
    await workspace.remove(known.id)
  }
  const mine = await keepOrCreate(workspace, 'You', signal)
  const online = await keepOrCreate(workspace, 'Online', signal)
  const folder = directoryTransport(location, { create: true })
  const leftover = await folder.list('', signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'source/not-found') return []
    throw error
  })
  const { files, anchor } = await demoFiles(mine, online, now, signal)
  const gone = leftover.filter((name) => !files.has(name)).map((name) => [name, null] as const)
  await folder.write(new Map([...gone, ...files]), new Map(), 'create the demo repository', signal)
  return workspace.add({ name: demoName, location }, anchor)
}

async function isWaiting(dataDir: string, demo: PinnedSource, now: Date, signal: AbortSignal): Promise<boolean> {
  try {
    const { anchor } = await openWorkspace(dataDir).trust(demo.id)
    const { proposals } = await tufSystem(plainLayout).pending(directoryTransport(demo.location), {
      anchor,
      now,
      signal,
    })
    return proposals.some((proposal) => proposal.subject === 'root' && proposal.blocked === undefined)
  } catch (error) {
    // A demo that cannot be read is no demo.
    if (error instanceof AppError && error.code !== 'internal/bug' && error.code !== 'user/cancelled') return false
    throw error
  }
}

async function keepOrCreate(
  workspace: ReturnType<typeof openWorkspace>,
  name: string,
  signal: AbortSignal,
): Promise<Signer> {
  const there = await rehearsalSigners(workspace.rehearsal).list(signal)
  const known = there.find((signer) => signer.id === `rehearsal:${name}`)
  return known ?? createRehearsalKey(workspace.rehearsal, name, 'ed25519', signal)
}

/** A colleague in the story: their key signs what they already agreed to, and is forgotten. */
async function colleague(
  owner: string,
  scheme: 'ed25519' | 'ecdsa-p256-sha256',
): Promise<KeyHolder & { owner: string }> {
  const { key, secret } = await createSoftwareKey(scheme)
  const sign = (message: Uint8Array): Promise<Uint8Array> => signWithSecret(key, secret, message)
  return { owner, signer: { id: `demo:${owner}`, label: owner, key, rehearsal: true, asks: 'nothing', sign } }
}

interface DemoFiles {
  files: Map<string, Uint8Array>
  anchor: Uint8Array
}

async function demoFiles(mine: Signer, online: Signer, now: Date, signal: AbortSignal): Promise<DemoFiles> {
  const you = { owner: 'You', signer: mine }
  const priya = await colleague('Priya Raman', 'ecdsa-p256-sha256')
  const tomas = await colleague('Tomás Vidal', 'ecdsa-p256-sha256')
  const dana = await colleague('Dana Ortiz', 'ed25519')
  const sam = await colleague('Sam Okafor', 'ed25519')
  const lee = await colleague('Lee Ahn', 'ecdsa-p256-sha256')

  const machine = { holders: [{ owner: 'Publishing service', signer: online }], threshold: 1, expiryDays: 30 }
  const plan = {
    root: { holders: [you, priya, tomas, dana, sam], threshold: 3, expiryDays: 365 },
    targets: { holders: [you, priya, sam], threshold: 2, expiryDays: 180 },
    snapshot: machine,
    timestamp: machine,
  }
  const born = new Date(now.getTime() - 320 * day)
  const story = new Story(await createRepository(plan, plainLayout, { now: born, signal }), online, signal)

  const lately = new Date(now.getTime() - 40 * day)
  await story.propose('root', lately, 49, () => {})
  await story.sign('root', lately, [priya, tomas, dana])
  await story.publish('root', lately)

  const release = 'Countersign demo: example 1.4.2\n'
  const files = await story.addTargets(
    { 'example/example-1.4.2.tar.gz': release, 'example/example-1.4.1.tar.gz': 'example 1.4.1\n' },
    now,
  )
  await story.sign('targets', now, [you, priya])
  await story.publish('targets', now)
  for (const [name, bytes] of files) story.source.files.set(name, bytes)

  const leeKey = holderKey(lee)
  const danaId = holderKey(dana).id
  await story.propose('root', now, 365, (root) => {
    const roles = root.roles as Record<string, { keyids: string[]; threshold: number }>
    const keys = root.keys as Record<string, JsonValue>
    if (roles.root === undefined) return
    roles.root.keyids = roles.root.keyids.map((id) => (id === danaId ? leeKey.id : id))
    roles.root.threshold = 2
    delete keys[danaId]
    keys[leeKey.id] = leeKey.raw
  })
  await story.sign('root', now, [priya, lee, sam])

  await story.propose('targets', now, 180, () => {})
  return { files: new Map(story.source.files), anchor: story.anchor }
}

/** The repository while the story is told, in memory: proposals, signatures and publications by the real functions. */
class Story {
  readonly source: ReturnType<typeof memoryTransport>
  readonly anchor: Uint8Array
  private readonly system = tufSystem(plainLayout)
  private readonly online: Signer
  private readonly signal: AbortSignal

  constructor(files: ReadonlyMap<string, Uint8Array | null>, online: Signer, signal: AbortSignal) {
    this.source = memoryTransport(files)
    this.anchor = files.get('metadata/1.root.json') ?? new Uint8Array()
    this.online = online
    this.signal = signal
  }

  private context(now: Date): Context {
    return { anchor: this.anchor, now, signal: this.signal }
  }

  private current(role: RoleType): JsonObject {
    const pattern = new RegExp(`^metadata/(\\d+)\\.${role}\\.json$`)
    const newest = Math.max(
      ...[...this.source.files.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number),
    )
    const bytes = this.source.files.get(`metadata/${newest}.${role}.json`) ?? new Uint8Array()
    return parseMetadata(bytes, role, role).signed.raw
  }

  async propose(
    role: RoleType,
    now: Date,
    expiryDays: number,
    change: (fields: Record<string, JsonValue>) => unknown,
  ): Promise<void> {
    const fields = structuredClone(this.current(role)) as Record<string, JsonValue>
    change(fields)
    fields.version = Number(fields.version) + 1
    fields.expires = formatDate(new Date(now.getTime() + expiryDays * day))
    const edit = { subject: role, document: encodeMetadata(fields) }
    const files = await this.system.draft(edit, this.source, this.context(now))
    await this.source.write(files, new Map(), '', this.signal)
  }

  async addTargets(contents: Readonly<Record<string, string>>, now: Date): Promise<Map<string, Uint8Array>> {
    const files = new Map<string, Uint8Array>()
    const targets: Record<string, JsonObject> = {}
    for (const [path, content] of Object.entries(contents)) {
      const bytes = utf8(content)
      const digest = toHex(await sha256(bytes))
      targets[path] = { hashes: { sha256: digest }, length: bytes.length }
      const file = { length: bytes.length, hashes: new Map([['sha256', digest]]), raw: {} }
      files.set(`targets/${targetName(path, file, true)}`, bytes)
    }
    await this.propose('targets', now, 120, (fields) => {
      fields.targets = targets
    })
    return files
  }

  private async idOf(role: RoleType, now: Date): Promise<string> {
    const { proposals, problems } = await this.system.pending(this.source, this.context(now))
    const found = proposals.find((proposal) => proposal.subject === role)
    if (found === undefined)
      throw problems[0]?.error ?? new AppError({ code: 'internal/bug', message: `the demo has no ${role}` })
    return found.id
  }

  async sign(role: RoleType, now: Date, holders: readonly KeyHolder[]): Promise<void> {
    for (const { signer } of holders) {
      await approve(await this.idOf(role, now), this.system, this.source, this.source, signer, this.context(now))
    }
  }

  async publish(role: RoleType, now: Date): Promise<void> {
    await publish(await this.idOf(role, now), this.system, this.source, this.source, [this.online], this.context(now))
  }
}
