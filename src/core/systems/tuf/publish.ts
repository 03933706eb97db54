// A complete candidate takes its place, with everything that must take effect with it, and the snapshot and timestamp that
// make clients see it.
import { isEqualBytes } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Signer } from '../../signer.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { acceptsSameSignatures, authorityOf, isMachineKept } from './authority.ts'
import { absent } from './check.ts'
import { settingsInForce } from './configuration/in-force.ts'
import { parseConfiguration } from './configuration/parse.ts'
import { configurationRole } from './configuration/published.ts'
import { type Settings, settingsOf } from './configuration/settings.ts'
import { verifyDelegations } from './delegation.ts'
import { isReservedRole } from './edit/names.ts'
import { isExpired } from './expiry.ts'
import type { Layout } from './layout.ts'
import { type Metadata, parseMetadata, type Root, type Targets, topRoles } from './metadata.ts'
import { maxBytes, metadataName, typeOf } from './names.ts'
import { hasOnlineKeys, type Listed, publishOnline, signByMachine } from './online.ts'
import { nextRegistry } from './projects/delegation.ts'
import { stepName } from './projects/name.ts'
import { parseRotate } from './projects/rotate.ts'
import { candidatesAlongside, checkCovered, firstDocuments, remadeDocuments } from './publish/alongside.ts'
import { parseSubject } from './subject.ts'
import { noAuthority, type Trusted, takenNames, trusted } from './trusted.ts'

/** One publication under way: what is trusted, who signs without a person, and what is written, in order. */
interface Publication {
  layout: Layout
  source: Transport
  context: Context
  now: Trusted
  online: readonly Signer[]
  files: Map<string, Uint8Array | null>
  /** Subjects of candidates that need not wait any more. */
  used: string[]
  place(name: string, bytes: Uint8Array): void
}

export async function publishedFiles(
  layout: Layout,
  proposal: Proposal,
  online: readonly Signer[],
  source: Transport,
  context: Context,
): Promise<Files> {
  const work = begin(layout, source, online, context)
  const { subject, after, title } = proposal
  const about = parseSubject(subject)
  if (about.kind === 'keys') await publishKeys(about.project, after, work)
  else if (about.kind === 'configuration') await publishConfiguration(after, work)
  else if (subject === 'root') await publishRoot(parseMetadata(after, 'root', title), work)
  else await publishRole(subject, after, title, work)
  await checkNothingLost(work)
  for (const done of [...work.used, subject]) work.files.set(layout.candidateName(done), null)
  return work.files
}

/** Snapshot and timestamp with later dates, and roles that the same keys keep, when their time comes. Nothing else changes. */
export async function renewedFiles(
  layout: Layout,
  online: readonly Signer[],
  source: Transport,
  context: Context,
): Promise<Files> {
  const work = begin(layout, source, online, context)
  const settings = await settingsInForce(work.now)
  await showClients([...(await renewedRoles(settings, work))], work)
  await checkNothingLost(work)
  return work.files
}

function begin(layout: Layout, source: Transport, online: readonly Signer[], context: Context): Publication {
  const files = new Map<string, Uint8Array | null>()
  return {
    ...{ layout, source, context, online, files, used: [] },
    now: trusted(layout, source, context),
    place: (name, bytes) => void files.set(layout.publishedName(name), bytes),
  }
}

async function publishRole(role: string, bytes: Uint8Array, title: string, work: Publication): Promise<void> {
  checkPublishable(role)
  const { now, online, place } = work
  const set = await now.set()
  const { consistentSnapshot } = set.root.signed
  if ((await now.authority(role)) === undefined) throw noAuthority(role)
  const candidate = parseMetadata(bytes, typeOf(role), title)
  const isTop = role === 'snapshot' || role === 'timestamp'
  const along = isTop ? [] : await alongRole(role, candidate as Metadata<Targets>, work)
  const isShown = hasOnlineKeys(set.root, online)
  // Under its plain name it would stand before clients at once, and nothing would list it.
  if (!consistentSnapshot && !isTop && !isShown) throw offline()
  placeListed([...along, { name: role, version: candidate.signed.version, bytes }], consistentSnapshot, place)
  // Without the online keys the files are in place and clients are undisturbed, until the online service lists them.
  if (isTop || !isShown) return
  await showClients([...along, { name: role, version: candidate.signed.version, bytes }], work)
}

/** Of the roles that a targets document delegates to: what was signed for it, and the first documents of new ones. */
async function alongRole(role: string, metadata: Metadata<Targets>, work: Publication): Promise<Listed[]> {
  const { layout, source, context, now, online } = work
  const signedFor = await candidatesAlongside({ kind: 'targets', role, metadata }, layout, source, context, now)
  work.used.push(...signedFor.subjects)
  const { root, snapshot } = await now.set()
  const known = new Set([...snapshot.signed.meta.keys(), ...signedFor.listed.map(({ name }) => name)])
  const { expiryDays } = (await settingsInForce(work.now)).periods.delegated
  // Whoever may write one role does not get the repository’s signature for any number of others.
  const first =
    role === 'targets' ? await firstDocuments(metadata.signed, known, root, online, expiryDays, context) : []
  if (hasOnlineKeys(root, online)) {
    for (const { name } of first) known.add(name)
    if (role === 'targets')
      first.push(...(await remadeDocuments(metadata.signed, root, now, online, expiryDays, context)))
    checkCovered(metadata.signed, (await now.targets(role))?.signed, known)
  }
  return [...signedFor.listed, ...first]
}

async function publishRoot(next: Metadata<Root>, work: Publication): Promise<void> {
  const { layout, source, context, now, place } = work
  const current = await now.root()
  const { consistentSnapshot } = next.signed
  const isRenaming = current.signed.consistentSnapshot !== consistentSnapshot
  const isKept = (type: 'snapshot' | 'timestamp' | 'targets'): boolean =>
    acceptsSameSignatures(authorityOf(current, type), authorityOf(next, type))
  const along =
    isKept('targets') && isKept('snapshot')
      ? { listed: [], subjects: [] }
      : await candidatesAlongside({ kind: 'root', metadata: next }, layout, source, context, now)
  work.used.push(...along.subjects)
  const listed = [...along.listed, ...(await remadeUnder(next, along.listed, work))]
  const name = metadataName('root', next.signed.version, true)
  const isOnlineKept = isKept('snapshot') && isKept('timestamp')
  // A client that reads in the middle of this must find what its root can judge: new keys are named before they are used,
  // and what both roots accept comes before the second one.
  if (isRenaming) await placeRenamed(next, listed, work)
  if (!isOnlineKept || isRenaming) place(name, next.bytes)
  if (!isOnlineKept || isRenaming || listed.length > 0) {
    placeListed(listed, consistentSnapshot, place)
    await showClients(listed, work, next)
  }
  if (isOnlineKept && !isRenaming) place(name, next.bytes)
}

/** Clients of the new root ask for everything under other names: what stays lies under those as well. */
async function placeRenamed(next: Metadata<Root>, listed: readonly Listed[], work: Publication): Promise<void> {
  const { now, place, context } = work
  const { root, snapshot } = await now.set()
  const made = new Set(listed.map(({ name }) => name))
  const there = [...snapshot.signed.meta].map(([role, { version }]) => ({ role, version }))
  for (const { role, version } of [...there, { role: 'snapshot', version: snapshot.signed.version }]) {
    // What no TUF client reads has one name whatever root says.
    if (made.has(role) || isReservedRole(role)) continue
    const name = metadataName(role, version, root.signed.consistentSnapshot)
    const bytes = await now.published.read(name, maxBytes[typeOf(role)], context.signal)
    if (bytes === undefined) throw absent(name)
    place(metadataName(role, version, next.signed.consistentSnapshot), bytes)
  }
}

/** Roles that the repository keeps by itself, where targets gives them the keys that this root names. */
async function remadeUnder(root: Metadata<Root>, listed: readonly Listed[], work: Publication): Promise<Listed[]> {
  const targets = listed.find(({ name }) => name === 'targets')
  if (targets === undefined) return []
  const { now, online, context } = work
  const { signed } = parseMetadata(targets.bytes, 'targets', 'targets')
  const { expiryDays } = (await settingsInForce(work.now)).periods.delegated
  return remadeDocuments(signed, root, now, online, expiryDays, context)
}

/** A change of a project's keys: the signed step, the registry that follows it, and what the new keys have signed. */
async function publishKeys(project: string, bytes: Uint8Array, work: Publication): Promise<void> {
  const { layout, source, context, now, online, place } = work
  checkPublishable(project)
  const rotate = parseRotate(bytes, `the keys of ${project}`)
  const set = await now.set()
  const registry = await now.registryOf(project)
  const along = await candidatesAlongside({ kind: 'keys', rotate }, layout, source, context, now)
  work.used.push(...along.subjects)
  const days = (await settingsInForce(work.now)).periods.delegated.expiryDays
  const { name } = registry
  const unsigned = nextRegistry(registry.metadata.bytes, rotate, await takenNames(now), name)
  const fields = parseMetadata(unsigned, 'targets', name).signed.raw
  const next = await signByMachine(name, 'targets', registry, fields, online, context, days)
  const listed: Listed[] = [
    { name: stepName(project, rotate.version), version: rotate.version, bytes, hashed: true },
    ...along.listed,
    { name, version: registry.metadata.signed.version + 1, bytes: next },
  ]
  if (!hasOnlineKeys(set.root, online)) throw offline()
  placeListed(listed, set.root.signed.consistentSnapshot, place)
  await showClients(listed, work)
}

async function publishConfiguration(bytes: Uint8Array, work: Publication): Promise<void> {
  const configuration = parseConfiguration(bytes, 'the configuration')
  const set = await work.now.set()
  if (!hasOnlineKeys(set.root, work.online)) throw offline()
  const listed: Listed[] = [{ name: configurationRole, version: configuration.version, bytes, hashed: true }]
  placeListed(listed, set.root.signed.consistentSnapshot, work.place)
  await showClients(listed, work, undefined, settingsOf(configuration))
}

/** Roles that the repository keeps, in the last third of their time. */
async function renewedRoles(settings: Settings, work: Publication): Promise<Listed[]> {
  const { now, context, online, place } = work
  const set = await now.set()
  const { expiryDays } = settings.periods.delegated
  const soon = new Date(context.now.getTime() + (expiryDays / 3) * 86_400_000)
  const listed: Listed[] = []
  for (const { name, keys, role, metadata } of await verifyDelegations(set, now.published, now.options)) {
    const authority = { keys, role }
    if (listed.some((one) => one.name === name) || !isMachineKept(authority, set.root)) continue
    if (!isExpired(metadata.signed.expires, soon, name)) continue
    const version = metadata.signed.version + 1
    const fields = { ...metadata.signed.raw, version }
    const bytes = await signByMachine(name, 'targets', authority, fields, online, context, expiryDays)
    listed.push({ name, version, bytes })
  }
  placeListed(listed, set.root.signed.consistentSnapshot, place)
  return listed
}

async function showClients(
  listed: readonly Listed[],
  work: Publication,
  root?: Metadata<Root>,
  settings?: Settings,
): Promise<void> {
  const { now, online, context, place } = work
  const set = await now.set()
  await publishOnline(
    set,
    root ?? set.root,
    listed,
    online,
    settings ?? (await settingsInForce(work.now)),
    context,
    place,
  )
}

function placeListed(listed: readonly Listed[], consistent: boolean, place: Publication['place']): void {
  // Clients look for the timestamp under one name, whatever its version.
  for (const { name, version, bytes, hashed } of listed) {
    checkPublishable(name)
    place(metadataName(name, version, hashed === true || (consistent && name !== 'timestamp')), bytes)
  }
}

/** On many disks ROOT and root are one name. */
function checkPublishable(role: string): void {
  const top = topRoles.find((type) => type === role.toLowerCase())
  if (top === undefined || top === role) return
  throw new AppError({
    code: 'format/unsupported',
    message: `the delegated role ${role} cannot be told from ${top} on every disk`,
    hint: 'delegate to a role of another name',
  })
}

/** A versioned file is published once: what lies under its name already was signed by people too. */
async function checkNothingLost({ files, source, context }: Publication): Promise<void> {
  for (const [name, bytes] of files) {
    const there = await source.read(name, maxBytes.targets, context.signal)
    const isVersioned = /\/\d+\.[^/]+$/.test(name)
    if (there === undefined || bytes === null || !isVersioned || isEqualBytes(there, bytes)) continue
    throw new AppError({
      code: 'source/conflict',
      message: `${name} is there already, and it is another file`,
      hint: 'ask who published it; propose this change again on top of it',
      data: { name },
    })
  }
}

function offline(): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'the keys of snapshot and timestamp are not here, and this change is made by them',
    hint: 'publish where they are, or let the online service do it',
  })
}
