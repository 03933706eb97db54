// What a signing event brings along that no document of it says, and where the CI of tuf-on-ci will refuse it.
import { toHex } from '../../../../bytes.ts'
import { sha256 } from '../../../../crypto.ts'
import { AppError } from '../../../../error.ts'
import type { Finding, Risk } from '../../../../proposal.ts'
import type { Context } from '../../../../system.ts'
import type { Transport } from '../../../../transport.ts'
import { renewalDaysOf, validityDaysOf } from '../../diff/period.ts'
import { capital, countText, daysText, listText, quoted, roleText, someText, timeOf } from '../../diff/shown.ts'
import { keyIdOf } from '../../key.ts'
import { type Metadata, parseMetadata, type Root, type Targets } from '../../metadata.ts'
import { maxBytes } from '../../names.ts'
import { invitesName, maxInvitesBytes, parseInvites } from './invites.ts'

export async function remarks(role: string, after: Metadata, source: Transport, context: Context): Promise<Finding[]> {
  const { signal } = context
  const changed = (await source.list('changed/', signal)).map((name) => name.slice('changed/'.length))
  const { signed } = after
  return [
    ...(signed.type === 'root' ? rootRemarks(signed) : []),
    ...periodRemarks(role, after, context.now),
    ...(signed.type === 'targets' ? await artifactRemarks(role, signed, changed, source, signal) : []),
    ...otherFiles(changed, after),
    ...(await inviteRemarks(role, source, signal)),
  ]
}

function remark(code: string, risk: Risk, sentence: string): Finding {
  return { code, risk, sentence: capital(sentence) }
}

const refuses = (risk: Risk, sentence: string): Finding =>
  remark('ci-refuses', risk, `${sentence}. The CI of this repository refuses the event`)

function rootRemarks({ keys, roles, consistentSnapshot }: Root): Finding[] {
  const found: Finding[] = []
  const foreign = [...keys.values()].filter(({ id, raw }) => keyIdOf(raw) !== id)
  if (foreign.length > 0)
    found.push(
      refuses(
        'dangerous',
        `the id of ${countText(foreign.length, 'key')} (${someText(foreign.map(({ id }) => id.slice(0, 8)))}) does not follow from its content`,
      ),
    )
  if (!consistentSnapshot) found.push(refuses('dangerous', 'consistent snapshots are off'))
  const [snapshot, timestamp] = [roles.get('snapshot'), roles.get('timestamp')]
  const keyIds = (ids: readonly string[] | undefined): string => [...(ids ?? [])].sort().join()
  if (keyIds(snapshot?.keyids) !== keyIds(timestamp?.keyids) || snapshot?.threshold !== timestamp?.threshold)
    found.push(refuses('dangerous', 'snapshot and timestamp do not have the same keys and the same threshold'))
  for (const [name, role] of [['snapshot', snapshot] as const, ['timestamp', timestamp] as const]) {
    const [lasts, early] = [validityDaysOf(role?.raw ?? {}), renewalDaysOf(role?.raw ?? {})]
    if (lasts === undefined || early === undefined || early >= lasts)
      found.push(refuses('notable', `${name} lasts ${dayText(lasts)} and is due ${dayText(early)} before its end`))
  }
  return found
}

function dayText(days: number | undefined): string {
  return days === undefined ? 'no stated time' : daysText(days)
}

function periodRemarks(role: string, { signed }: Metadata, now: Date): Finding[] {
  const lasts = validityDaysOf(signed.raw)
  if (lasts === undefined) return [refuses('notable', `${roleText(role)} does not say how long a version lasts`)]
  const latest = now.getTime() + lasts * 86_400_000
  if ((timeOf(signed.expires) ?? 0) <= latest) return []
  return [refuses('notable', `${roleText(role)} lasts longer than the ${daysText(lasts)} that it states`)]
}

/** Artifacts of "targets" lie in the top folder alone, those of a role below the folder of its name. */
export function isArtifactOf(role: string, name: string): boolean {
  if (!name.startsWith('targets/')) return false
  const parts = name.split('/').slice(1)
  return role === 'targets' ? parts.length === 1 : parts[0] === role && parts.length > 1 && parts.length <= maxDepth + 1
}

/** Folders below that of the role. */
const maxDepth = 4

const maxArtifactBytes = 256 * 1024 * 1024
const maxArtifacts = 2000

/** Bytes that are not what the metadata names would be published beside it, or never be found. */
async function artifactRemarks(
  role: string,
  after: Targets,
  changed: readonly string[],
  source: Transport,
  signal: AbortSignal,
): Promise<Finding[]> {
  const before = await goodTargets(role, source, signal)
  const touched = new Set(
    changed.filter((name) => isArtifactOf(role, name)).map((name) => name.slice('targets/'.length)),
  )
  for (const path of after.targetPaths())
    if (!isSameFile(before?.target(path)?.hashes, after.target(path)?.hashes)) touched.add(path)
  const wrong: string[] = []
  const missing: string[] = []
  const unlisted: string[] = []
  const huge: string[] = []
  for (const path of [...touched].sort().slice(0, maxArtifacts)) {
    const listed = after.target(path)
    let bytes: Uint8Array | undefined
    try {
      bytes = await source.read(`event/targets/${path}`, maxArtifactBytes, signal)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !thrown.code.startsWith('source/')) throw thrown
      if (thrown.code === 'source/unreachable') throw thrown
      ;(thrown.code === 'source/too-large' ? huge : wrong).push(path)
      continue
    }
    if (bytes === undefined) {
      if (listed !== undefined) missing.push(path)
    } else if (listed === undefined) unlisted.push(path)
    else if (listed.length !== bytes.length || listed.hashes.get('sha256') !== toHex(await sha256(bytes)))
      wrong.push(path)
  }
  const say = (code: string, risk: Risk, paths: readonly string[], what: string): Finding[] =>
    paths.length === 0 ? [] : [remark(code, risk, `${someText(paths.map(quoted))}: ${what}`)]
  return [
    ...say('artifact-differs', 'dangerous', wrong, 'the file in this event is not the one that the metadata names'),
    ...say(
      'artifact-missing',
      'dangerous',
      missing,
      'the metadata names this artifact, and the event has no file for it',
    ),
    ...say('artifact-unlisted', 'notable', unlisted, 'a file of this event that the metadata does not name yet'),
    ...say('artifact-unread', 'notable', huge, 'too large to be compared here with what the metadata names'),
    ...(touched.size > maxArtifacts
      ? [remark('artifact-unread', 'notable', `${touched.size - maxArtifacts} more artifacts were not compared here`)]
      : []),
  ]
}

async function goodTargets(role: string, source: Transport, signal: AbortSignal): Promise<Targets | undefined> {
  const bytes = await source.read(`good/metadata/${role}.json`, maxBytes.targets, signal)
  return bytes === undefined ? undefined : parseMetadata(bytes, 'targets', `${role}, before this event`).signed
}

function isSameFile(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): boolean {
  return a?.get('sha256') === b?.get('sha256') && a?.size === b?.size
}

/** A merge takes everything along, and a changed workflow runs with the online keys. */
function otherFiles(changed: readonly string[], { signed }: Metadata): Finding[] {
  const root = signed.type === 'root' ? `metadata/root_history/${signed.version}.root.json` : undefined
  const isExpected = (name: string): boolean =>
    name.startsWith('targets/') || name === root || name === invitesName || /^metadata\/[^/]+\.json$/.test(name)
  const history = changed.filter((name) => name.startsWith('metadata/root_history/') && name !== root)
  const others = changed.filter((name) => !isExpected(name) && !history.includes(name))
  const older = signed.type === 'root' ? history : []
  const programs = others.filter((name) => name.startsWith('.github/'))
  const rest = others.filter((name) => !name.startsWith('.github/'))
  const merged = 'is merged with this event, and no signature answers for it'
  const say = (code: string, risk: Risk, names: readonly string[], what: string): Finding[] =>
    names.length === 0 ? [] : [remark(code, risk, `${someText(names.map(quoted))} ${what}`)]
  return [
    ...say('event-programs', 'dangerous', programs, `changes what runs with the online keys; it ${merged}`),
    ...say('event-history', 'dangerous', older, 'is a root that was published before, and this event changes it'),
    ...say('event-files', 'notable', rest, merged),
  ]
}

async function inviteRemarks(role: string, source: Transport, signal: AbortSignal): Promise<Finding[]> {
  const invites = parseInvites(await source.read(`event/${invitesName}`, maxInvitesBytes, signal))
  const users = [...invites].filter(([, roles]) => roles.includes(role)).map(([user]) => user)
  if (users.length === 0) return []
  const who = listText(users)
  return [
    remark(
      'invited',
      'notable',
      `${who} ${users.length === 1 ? 'is' : 'are'} invited to ${roleText(role)} and must accept first: that makes this document anew, and signatures made before it are lost`,
    ),
  ]
}
