// A repository from the inside, for window and terminal: its roles with who may sign what, and their artifacts by pages.
// Everything is verified from the pinned anchor; what cannot be verified says so in its place.
import { toHex } from '../core/bytes.ts'
import { sha256 } from '../core/crypto.ts'
import { AppError } from '../core/error.ts'
import type { Quorum } from '../core/proposal.ts'
import type { Context, Due } from '../core/system.ts'
import { authorityOf, isMachineKept } from '../core/systems/tuf/authority.ts'
import type { ClientOptions } from '../core/systems/tuf/check.ts'
import { rootQuorum, type TrustedSet, updateRoot } from '../core/systems/tuf/client.ts'
import { settingsInForce } from '../core/systems/tuf/configuration/in-force.ts'
import { expiryOf } from '../core/systems/tuf/expiry.ts'
import { digestOf, type Metadata, type Targets, topRoles } from '../core/systems/tuf/metadata.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import type { KeyChain } from '../core/systems/tuf/projects/chain.ts'
import { isRegistry } from '../core/systems/tuf/projects/registry.ts'
import { dueOf } from '../core/systems/tuf/renewal.ts'
import { trustStore } from '../core/systems/tuf/store.ts'
import { type Trusted, trusted } from '../core/systems/tuf/trusted.ts'
import { quorumOf } from '../core/systems/tuf/verify.ts'
import { binsBelow } from './bins.ts'
import type { EditedSource, TufSource } from './desk.ts'
import { type ProjectFact, projectFact } from './project-keys.ts'
import { releaseFolderOf } from './release-edits.ts'
import { type Delegation, type Walk, walkRoles } from './repository-walk.ts'

export interface RoleFact {
  name: string
  /** 0: it has no version yet. */
  version: number
  expires?: { text: string; at: Date }
  /** Absent while there is no version. */
  due?: Due
  digest?: string
  quorum: Quorum
  keptBy: 'people' | 'machine'
  /** Artifacts that it lists itself. */
  targets: number
  /** Its keys change only by its own people; how often they did. */
  project?: ProjectFact
  /** Lists nothing on purpose. */
  blocks: boolean
  /** Keeps the names of projects, whatever it is called. */
  registry: boolean
  /** Where its artifacts lie when nobody says another folder: ends with a slash, or is empty. */
  folder: string
  problem?: AppError
}

export interface Opened extends Omit<Walk, 'wants'> {
  /** The same, with what core makes of it: project keys among others. */
  trusted: Trusted
}

/** What is shown of the inside, whatever carries the documents. */
export interface InsideFacts {
  /** In the order in which clients ask them. */
  roles: readonly RoleFact[]
  edges: readonly Delegation[]
  omitted: number
  /** Documents of the roles that were read. */
  documents: ReadonlyMap<string, Metadata<Targets>>
}

export type Inside = Opened & InsideFacts

/** The four top-level roles, verified; expired ones are shown, not refused: they are what a person comes to renew. */
export async function openInside(source: TufSource, context: Context): Promise<Opened> {
  const now = trusted(source.layout, source.transport, context, { copies: 'compare' })
  return { set: await now.set(), published: now.published, options: now.options, trusted: now }
}

/** Of what is changed by edits: `trusted` is there for files of TUF. */
export type Looked = Walk & Partial<Pick<Opened, 'trusted'>>

export function openRoles(source: EditedSource, context: Context): Promise<Looked> {
  return source.layout === undefined ? source.edits.open(source.transport, context) : openInside(source, context)
}

/** Another text when anything that is published has changed: every change makes a new root, or a new timestamp. */
export async function changeMark(source: TufSource, context: Context): Promise<string> {
  const options: ClientOptions = { now: context.now, signal: context.signal, expired: 'report' }
  const published = source.layout.published(source.transport)
  const root = await updateRoot(published, trustStore(context), options)
  const timestamp = await published.read('timestamp.json', maxBytes.timestamp, context.signal)
  return `${digestOf(root)} ${timestamp === undefined ? '' : toHex(await sha256(timestamp))}`
}

/** `maxRoles`: how many are listed; the others are counted. */
export async function readInside(source: TufSource, context: Context, maxRoles = 600): Promise<Inside> {
  const opened = await openInside(source, context)
  const { set } = opened
  const roles = await Promise.all(topRoles.map((type) => topFact(type, set)))
  const documents = new Map<string, Metadata<Targets>>([['targets', set.targets]])
  const edges: Delegation[] = []
  const at = new Map<string, number>()
  const left = new Set<string>()
  // Bins are alike, and there may be thousands: those that are not listed are not read.
  const wants = ({ form }: Delegation): boolean => form !== 'bin' || roles.length < maxRoles
  for await (const { delegation, document, problem } of walkRoles({ ...opened, wants })) {
    const { to } = delegation
    const known = at.get(to)
    if (known !== undefined) {
      edges.push(delegation)
      const role = roles[known]
      // Reached again by another delegator, under whose keys it does not hold.
      if (role !== undefined && problem !== undefined && role.problem === undefined) roles[known] = { ...role, problem }
      continue
    }
    if (roles.length >= maxRoles) {
      left.add(to)
      if (document !== undefined) documents.set(to, document)
      continue
    }
    edges.push(delegation)
    at.set(to, roles.length)
    if (document !== undefined) documents.set(to, document)
    roles.push(await delegatedFact(delegation, document, problem, set))
  }
  const chains = new Map((await opened.trusted.keyChains()).map((chain) => [chain.project, chain]))
  for (const [name, chain] of chains) {
    // What is wrong is listed, also where nobody delegates to it any more.
    if (chain.problem === undefined || at.has(name)) continue
    left.delete(name)
    roles.push(await lostFact(chain, documents.get(name)))
  }
  const settings = await settingsInForce(opened.trusted)
  const dated = (role: RoleFact): RoleFact => {
    const type = topRoles.find((top) => top === role.name)
    const document = type === undefined ? documents.get(role.name) : set[type]
    if (document === undefined) return role
    return { ...role, due: dueOf(document, role.keptBy === 'machine', set.root, settings, context.now) }
  }
  const withProjects = roles.map(dated).map((role): RoleFact => {
    const chain = chains.get(role.name)
    // A project without a release yet lists nothing, and not on purpose.
    return chain === undefined ? role : { ...role, project: projectFact(chain), blocks: false }
  })
  return { ...opened, roles: withProjects, edges, omitted: left.size, documents }
}

async function topFact(type: (typeof topRoles)[number], set: TrustedSet): Promise<RoleFact> {
  const metadata: Metadata = set[type]
  const { root } = set
  const authority = authorityOf(root, type)
  const quorum =
    type === 'root' ? await rootQuorum(root, root) : await quorumOf(type, metadata, authority.keys, authority.role)
  return {
    ...versionFacts(type, metadata),
    quorum,
    // Root is what everything else is trusted by, whoever holds its keys.
    keptBy: type !== 'root' && isMachineKept(authority, root) ? 'machine' : 'people',
    targets: type === 'targets' ? set.targets.signed.targetPaths().length : 0,
    blocks: false,
    registry: false,
    folder: '',
  }
}

async function delegatedFact(
  delegation: Delegation,
  document: Metadata<Targets> | undefined,
  problem: AppError | undefined,
  { root }: TrustedSet,
): Promise<RoleFact> {
  const { from, to, keys, role, parent } = delegation
  // Without a document nobody has signed: the holders are what the delegator says.
  const envelope = document ?? { ...parent, signatures: [] }
  const targets = document?.signed.targetPaths().length ?? 0
  return {
    ...(document === undefined ? { name: to, version: 0 } : versionFacts(to, document)),
    quorum: await quorumOf(to, envelope, keys, role),
    keptBy: isMachineKept({ keys, role }, root) ? 'machine' : 'people',
    targets,
    blocks: isBlock(delegation) && document !== undefined && targets === 0,
    registry: from === 'targets' && isByName(delegation) && isRegistry(to, { keys, role }, document, root),
    folder: releaseFolderOf(delegation),
    ...(problem === undefined ? {} : { problem }),
  }
}

/** A project of which only its own people, or our memory, know. */
async function lostFact({ project, newest }: KeyChain, document: Metadata<Targets> | undefined): Promise<RoleFact> {
  const nobody: Quorum = { name: project, threshold: 0, keys: [], strangers: [] }
  const envelope = document ?? (newest && { ...newest, signatures: [] })
  return {
    ...(document === undefined ? { name: project, version: 0 } : versionFacts(project, document)),
    quorum:
      newest === undefined || envelope === undefined ? nobody : await quorumOf(project, envelope, newest.keys, newest),
    keptBy: 'people',
    targets: document?.signed.targetPaths().length ?? 0,
    blocks: false,
    registry: false,
    folder: `${project}/`,
  }
}

/** TAP 3 and bins name roles in a place of their own, where no project is looked for. */
function isByName({ form }: Delegation): boolean {
  return form === 'role' || form === 'prefixes'
}

export function isBlock({ terminating, isFirst, form, parent }: Delegation): boolean {
  // The only delegation of a role takes nothing away from another one, unless the role itself delegates to nobody else.
  return form === 'role' && terminating && isFirst && (parent.signed.delegations?.roles?.length ?? 0) > 1
}

function versionFacts(name: string, metadata: Metadata): Pick<RoleFact, 'name' | 'version' | 'expires' | 'digest'> {
  const { version, expires } = metadata.signed
  return { name, version, expires: { text: expires, at: expiryOf(expires, name) }, digest: digestOf(metadata) }
}

// ---- artifacts -----------------------------------------------------------------------------------------------------

export interface TargetFact {
  path: string
  role: string
  length: number
  hashes: ReadonlyMap<string, string>
  /** JSON text. */
  custom?: string
  /** The block of its content, where files are named by blocks. */
  cid?: string
}

export interface TargetQuery {
  /** One role; "*" for all of them. */
  role: string
  query: string
  offset: number
  limit: number
  /** What lies in the bins of the role, too. */
  withBins?: boolean
}

export interface TargetFacts {
  total: number
  matching: number
  targets: readonly TargetFact[]
}

/** A million paths are listed once, and looked through for each question. */
const listed = new WeakMap<Metadata<Targets>, readonly string[]>()

function pathsOf(document: Metadata<Targets>): readonly string[] {
  const known = listed.get(document) ?? document.signed.targetPaths()
  listed.set(document, known)
  return known
}

export function readTargets({ documents }: Pick<InsideFacts, 'documents'>, wanted: TargetQuery): TargetFacts {
  const { role, query, offset, limit, withBins } = wanted
  if (role !== '*' && !documents.has(role)) {
    throw new AppError({
      code: 'source/not-found',
      message: `there is no role ${role} with artifacts here`,
      hint: 'look at the state of the repository: it lists the roles that there are',
    })
  }
  const wantedRoles = role === '*' ? undefined : withBins === true ? binsBelow(role, documents) : new Set([role])
  const text = query.toLowerCase()
  const targets: TargetFact[] = []
  let [total, matching] = [0, 0]
  for (const [name, document] of documents) {
    if (wantedRoles !== undefined && !wantedRoles.has(name)) continue
    const paths = pathsOf(document)
    total += paths.length
    for (const path of paths) {
      if (text !== '' && !path.toLowerCase().includes(text)) continue
      if (matching >= offset && targets.length < limit) targets.push(targetFact(path, name, document))
      matching++
    }
  }
  return { total, matching, targets }
}

function targetFact(path: string, role: string, document: Metadata<Targets>): TargetFact {
  const file = document.signed.target(path)
  if (file === undefined)
    throw new AppError({ code: 'internal/bug', message: `a listed artifact is not there: ${path}` })
  const custom = file.raw.custom
  return {
    ...{ path, role, length: file.length, hashes: file.hashes },
    ...(custom === undefined ? {} : { custom: JSON.stringify(custom, null, 1) }),
  }
}
