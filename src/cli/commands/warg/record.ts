// warg init, grant, revoke, release, yank, define, import: what a record is to say, proposed as the change that says it.
import { toHex } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import { isSameKey } from '../../../core/key.ts'
import type { Proposal } from '../../../core/proposal.ts'
import { checkKeyId, type WargKey } from '../../../core/systems/warg/encoding/key.ts'
import { kindOf, operatorSubject } from '../../../core/systems/warg/files.ts'
import { type Entry, type Permission, permissionsOf } from '../../../core/systems/warg/log/record.ts'
import { checkWishedDigest, checkWishedNamespace, checkWishedVersion } from '../../../core/systems/warg/waiting/wish.ts'
import { visible } from '../../../core/visible.ts'
import { isWargLocation } from '../../../node/transports/warg/address.ts'
import { contentFolder, type FileFact, keepContent } from '../../../node/warg/content.ts'
import { type RecordEdit, recordEdit } from '../../../node/warg/edits.ts'
import { fileHash } from '../../../node/warg/file-hash.ts'
import { looking } from '../../../node/warg/looking.ts'
import { type Answer, answer } from '../../command.ts'
import { grouped } from '../../drafting.ts'
import { progressLine } from '../../progress.ts'
import { proposeEdit } from '../../propose-edit.ts'
import { similarNames } from '../../similar.ts'
import { wrapped } from '../../text.ts'
import {
  againOf,
  type Call,
  changeHere,
  keptOf,
  openRegistrySource,
  packageOf,
  type Registry,
  subjectOf,
  usage,
} from './call.ts'
import { findWargKey } from './keys.ts'
import { absent } from './show.ts'
import { permissionRows, tableLines } from './words.ts'

interface Wish {
  subject: string
  entries: readonly Entry[]
  /** What else is said, and kept once it is proposed. */
  lines?: readonly string[]
  data?: object
  /** Once it is known that the record may be made, and before it is. */
  before?: () => Promise<void>
}

async function propose(
  registry: Registry,
  { subject, entries, lines = [], data = {}, before }: Wish,
  call: Call,
): Promise<Answer> {
  const { source, context } = registry
  const also = call.parsed.flag('also')
  const wish = { subject, entries, ...(also ? { also } : {}) }
  const edit = await recordEdit(source, wish, context).catch(async (thrown: unknown) => {
    const isAbsent = thrown instanceof AppError && thrown.data?.absent === subject
    throw isAbsent ? await absent(registry, [subject], againOf(call)) : thrown
  })
  if (!call.parsed.flag('dry-run')) await before?.()
  const { sentence } = edit
  const rows = rowsOf(edit, registry)
  if (source.pinned.id === '' && isWargLocation(source.pinned.location)) {
    throw usage(
      'a record that waits is kept with a registry that is pinned, and this one is trusted for one call',
      'pin it first: countersign pin SOURCE --root FILE',
    )
  }
  return proposeEdit(call.desk, source, edit, call.parsed, call.io, {
    ...(sentence === undefined ? {} : { sentence }),
    grows: also,
    more: [...lines, ...(rows === undefined ? [] : ['', ...tableLines(rows)])],
    data: { ...data, ...(rows === undefined ? {} : { permissions: rows }) },
    written: async (proposal) => [...(await watchIt(registry, subject)), ...(await whoSigns(proposal, call))],
  })
}

function rowsOf({ before, after }: RecordEdit, { source }: Registry) {
  if (after === undefined) return undefined
  return permissionRows(before, after, (keyId) => {
    const key = after.keys.get(keyId)
    return key === undefined ? undefined : source.names?.get(toHex(key.key.spki))
  })
}

/** Who changes a package wants to see what becomes of it. */
async function watchIt(registry: Registry, subject: string): Promise<string[]> {
  if (subject === operatorSubject || registry.source.pinned.id === '') return []
  if ((await keptOf(registry)).packages.includes(subject)) return []
  await changeHere(registry, (now) => ({ ...now, packages: [...new Set([...now.packages, subject])] }))
  return [`${subject} is watched here from now on.`]
}

/** A token that is enrolled is not looked for: whose it is knows where it lies. */
async function whoSigns({ quorums }: Proposal, { desk, io }: Call): Promise<string[]> {
  const { holders } = await desk.tokens.knownHolders(io.signal)
  const mine = [...(await desk.signers(io.signal)), ...holders.flatMap(({ keys }) => keys)].map(({ key }) => key)
  const [last] = quorums.slice(-1)
  const able = (keys: Proposal['quorums'][number]['keys'] = []): boolean =>
    keys.some(({ key }) => key !== undefined && mine.some((one) => isSameKey(one, key)))
  if (able(last?.keys)) return []
  const more = quorums.slice(0, -1).some(({ keys }) => able(keys)) ? ', only approve it' : ''
  return [`! No key here may sign this record${more}.`]
}

export async function init(call: Call): Promise<Answer> {
  const [name, wanted = ''] = call.words
  const subject = packageOf(name)
  const registry = await openRegistrySource(call)
  const key = await findWargKey(wanted, new Map(), call.desk, call.io)
  const unsure = registry.source.elsewhere !== undefined
  const lines = [
    '',
    `! Whether ${subject} is taken, this folder cannot know: ask where the registry is reached, and send it soon.`,
  ]
  const more = unsure ? { lines: wrapped(lines), data: { takenUnknown: true } } : {}
  return propose(registry, { subject, entries: [{ kind: 'init', key }], ...more }, call)
}

export async function grant(call: Call): Promise<Answer> {
  const [name, wanted = '', ...words] = call.words
  const subject = subjectOf(name)
  const permissions = permissionsIn(subject, words)
  const registry = await openRegistrySource(call)
  const key = await findWargKey(wanted, await keysIn(registry, subject), call.desk, call.io)
  return propose(registry, { subject, entries: [{ kind: 'grant', key, permissions }] }, call)
}

export async function revoke(call: Call): Promise<Answer> {
  const [name, wanted = '', ...words] = call.words
  const subject = subjectOf(name)
  const permissions = permissionsIn(subject, words)
  const registry = await openRegistrySource(call)
  const keyId = wanted.startsWith('sha256:')
    ? checkKeyId(wanted, 'KEY')
    : (await findWargKey(wanted, new Map(), call.desk, call.io)).id
  return propose(registry, { subject, entries: [{ kind: 'revoke', keyId, permissions }] }, call)
}

async function keysIn({ source, context }: Registry, subject: string): Promise<ReadonlyMap<string, WargKey>> {
  const { state } = await looking(source, context, async ({ operator, log }) =>
    subject === operatorSubject ? operator : log(subject),
  )
  return state.keys
}

function permissionsIn(subject: string, words: readonly string[]): Permission[] {
  const known = permissionsOf[kindOf(subject)]
  return [...new Set(words)].map((word) => {
    const found = known.find((one) => one === word)
    if (found !== undefined) return found
    const [near] = similarNames(word, known)
    const about = subject === operatorSubject ? 'the operator' : 'a package'
    throw usage(
      `there is no permission ${visible(word)} of ${about}`,
      `${near === undefined ? '' : `did you mean ${near}? `}there are: ${known.join(', ')}`,
    )
  })
}

export async function release(call: Call): Promise<Answer> {
  const [name, version = '', file] = call.words
  const subject = packageOf(name)
  checkWishedVersion(version)
  const typed = call.parsed.text('digest')
  if (typed !== undefined) checkWishedDigest(typed)
  if (file === undefined && typed === undefined)
    throw usage(
      'warg release takes the file that is released next',
      'name it; where only its digest is known: --digest sha256:…',
    )
  const registry = await openRegistrySource(call)
  const fact = file === undefined ? undefined : await hashed(file, call)
  if (fact !== undefined && typed !== undefined && fact.digest !== typed)
    throw usage(`${file} has the digest ${fact.digest}, and not the one of --digest`, 'check which file is meant')
  const digest = fact?.digest ?? typed ?? ''
  const about =
    fact === undefined
      ? [
          '! The digest was typed: nobody here has seen the file.',
          `  Where the registry has not got it yet, before it is published: countersign warg content ${againOf(call)} FILE`,
        ]
      : [`${file}: ${grouped(fact.size)} bytes, ${fact.digest}`]
  const data = { content: { digest, ...(fact === undefined ? { typed: true } : { file, size: fact.size }) } }
  const entries: Entry[] = [{ kind: 'release', version, digest }]
  const before = fact === undefined || file === undefined ? {} : { before: () => keepSame(file, fact, call) }
  return propose(registry, { subject, entries, lines: ['', ...wrapped(about)], data, ...before }, call)
}

async function hashed(file: string, { io }: Call): Promise<FileFact> {
  const line = progressLine(file)
  return fileHash(file, { signal: io.signal, progress: line.show }).finally(line.end)
}

/** For the registry, which may ask for it once it has the record. */
async function kept(file: string, { io, dataDir }: Call): Promise<FileFact> {
  const line = progressLine(file)
  const options = { signal: io.signal, progress: line.show }
  return keepContent(contentFolder(dataDir), file, options).finally(line.end)
}

async function keepSame(file: string, { digest }: FileFact, call: Call): Promise<void> {
  if ((await kept(file, call)).digest === digest) return
  throw new AppError({
    code: 'source/conflict',
    message: `${file} changed while it was read; nothing was proposed`,
    hint: 'wait until the other program has finished, then repeat',
  })
}

/** Where a record was made elsewhere, its content was left there. */
export async function content(call: Call): Promise<Answer> {
  const { desk, io, words } = call
  const { source } = await openRegistrySource(call)
  const { proposals } = await desk.pending(source, io.signal)
  const found = []
  for (const file of words) {
    const fact = await kept(file, call)
    const named = proposals.filter(({ changes }) =>
      changes.some(({ path, after }) => path.startsWith('releases/') && after === fact.digest),
    )
    found.push({ file, ...fact, releasedBy: named.map(({ title }) => title) })
  }
  const lines = found.flatMap(({ file, size, digest, releasedBy }) => [
    `kept ${file} for the registry: ${grouped(size)} bytes, ${digest}`,
    releasedBy.length === 0 ? '  ! no record that waits here releases it' : `  released by ${releasedBy.join(', ')}`,
  ])
  return answer({ kept: found }, ...wrapped(lines))
}

export async function yank(call: Call): Promise<Answer> {
  const [name, version = ''] = call.words
  const subject = packageOf(name)
  checkWishedVersion(version)
  return propose(await openRegistrySource(call), { subject, entries: [{ kind: 'yank', version }] }, call)
}

export async function define(call: Call): Promise<Answer> {
  const namespace = checkWishedNamespace(call.words[0] ?? '')
  const entries: Entry[] = [{ kind: 'define', namespace }]
  return propose(await openRegistrySource(call), { subject: operatorSubject, entries }, call)
}

export async function importNamespace(call: Call): Promise<Answer> {
  const namespace = checkWishedNamespace(call.words[0] ?? '')
  const other = call.words[1] ?? ''
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/.test(other))
    throw usage(`${visible(other)} is not the name of a registry`, 'write its host, for example: registry.example.com')
  const entries: Entry[] = [{ kind: 'import', namespace, registry: other }]
  return propose(await openRegistrySource(call), { subject: operatorSubject, entries }, call)
}
