// warg show: a registry at a glance, or one log of it: what happened, what was released, who may do what.

import { AppError } from '../../../core/error.ts'
import { shortKeyId } from '../../../core/systems/warg/encoding/key.ts'
import { operatorSubject, pendingPrefix, subjectOfPending } from '../../../core/systems/warg/files.ts'
import { type Approvers, approversJson } from '../../../core/systems/warg/waiting/candidate.ts'
import { visible } from '../../../core/visible.ts'
import { type LogFacts, logFacts } from '../../../node/warg/facts.ts'
import { type LogOverview, type RegistryOverview, registryOverview } from '../../../node/warg/overview.ts'
import { type Answer, answer } from '../../command.ts'
import { similarNames } from '../../similar.ts'
import { quoted, wrapped } from '../../text.ts'
import { againOf, type Call, keptOf, openRegistrySource, type Registry, subjectOf } from './call.ts'
import {
  findingText,
  holderText,
  momentText,
  namespaceLines,
  permissionLines,
  recordLines,
  recordsText,
  releaseLines,
} from './words.ts'

const usualRecords = 20

export async function show(call: Call): Promise<Answer> {
  const [name] = call.words
  const subject = name === undefined ? undefined : subjectOf(name)
  const registry = await openRegistrySource(call)
  return subject === undefined ? showAll(registry, call) : showLog(registry, subject, call)
}

// ---- a registry ----------------------------------------------------------------------------------------------------------

async function showAll(registry: Registry, call: Call): Promise<Answer> {
  const { source, context } = registry
  const facts = await registryOverview(source, context)
  const local = await localOf(registry)
  const { waiting, approvers } = local
  const data = {
    ...facts,
    waiting,
    approvers: Object.fromEntries([...approvers].map(([one, list]) => [one, approversJson(list)])),
  }
  return answer(data, ...wrapped(overviewLines(facts, local, source.pinned.name, againOf(call))))
}

/** What is of this machine, and the registry knows nothing of. */
interface Local {
  /** Subjects of records that wait here. */
  waiting: readonly string[]
  approvers: ReadonlyMap<string, Approvers>
}

async function localOf(registry: Registry): Promise<Local> {
  const { source, context } = registry
  const names = await source.transport.list(pendingPrefix, context.signal)
  const { approvers } = await keptOf(registry)
  return { waiting: names.flatMap((name) => subjectOfPending(name) ?? []), approvers }
}

function localLines(subject: string, { waiting, approvers }: Local, again: string): string[] {
  const list = approvers.get(subject)
  const names = list?.keys.map(({ name }) => visible(name)) ?? []
  return [
    ...(list === undefined ? [] : [`approved first by ${list.threshold} of ${names.length}: ${names.join(', ')}`]),
    ...(waiting.includes(subject) ? [`a record waits here: countersign review ${again} ${subject}`] : []),
  ]
}

function overviewLines(
  { checkpoint, watched, logs }: RegistryOverview,
  local: Local,
  name: string,
  again: string,
): string[] {
  const { at, logLength, ageSeconds } = checkpoint
  const none = logs.length > 1 ? [] : [`No package is watched here: countersign warg watch ${again} PACKAGE`]
  return [
    `${name}: ${recordsText(logLength)} in all; its checkpoint is of ${momentText(at)}, ${ageText(ageSeconds)}`,
    '',
    ...logs.flatMap((log) => [
      ...logLines(log, watched),
      ...localLines(log.subject, local, again).map((line) => `  ${line}`),
    ]),
    ...local.waiting
      .filter((one) => logs.every(({ subject }) => subject !== one))
      .flatMap((one) => [`${one}: not watched`, ...localLines(one, local, again).map((line) => `  ${line}`)]),
    ...none,
    ...(logs.length > 1 ? ['', `More of one of them: countersign warg show ${again} PACKAGE`] : []),
  ]
}

function logLines(log: LogOverview, watched: readonly string[]): string[] {
  const { subject, length, releases, findings } = log
  if (length === 0) return [`${subject}: not in the registry${watched.includes(subject) ? ' (watched)' : ''}`]
  const [newest] = releases
  const release =
    newest === undefined
      ? 'nothing released'
      : `newest release ${newest.version}${newest.yanked === undefined ? '' : ', YANKED'}`
  const what = subject === operatorSubject ? namespacesText(log) : release
  const permission = subject === operatorSubject ? 'commit' : 'release'
  const verb = subject === operatorSubject ? 'signs for the registry' : 'may release'
  return [
    `${subject}: ${recordsText(length)}, ${what}`,
    `  ${verb}: ${holdersText(log, permission)}`,
    ...findings.map((one) => `  ${findingText(one)}`),
  ]
}

function namespacesText({ namespaces }: LogOverview): string {
  const names = namespaces.map(({ namespace, registry }) =>
    registry === undefined ? namespace : `${namespace} (elsewhere)`,
  )
  if (names.length === 0) return 'no namespaces'
  return `namespaces ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`
}

function holdersText({ holdings }: LogOverview, wanted: string): string {
  const names = holdings.flatMap((one) =>
    one.permission === wanted && one.until === undefined ? [holderText(one)] : [],
  )
  return names.length === 0 ? 'nobody' : names.join(', ')
}

function ageText(seconds: number): string {
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} minutes old`
  return seconds < 2 * 86_400 ? `${Math.floor(seconds / 3600)} hours old` : `${Math.floor(seconds / 86_400)} days old`
}

// ---- a log ---------------------------------------------------------------------------------------------------------------

async function showLog(registry: Registry, subject: string, call: Call): Promise<Answer> {
  const { source, context } = registry
  const isAll = call.parsed.flag('all')
  const facts = await logFacts(source, subject, context, isAll ? Number.POSITIVE_INFINITY : usualRecords)
  const local = await localOf(registry)
  const waits = local.waiting.includes(subject)
  const list = local.approvers.get(subject)
  const more = { waits, approvers: list === undefined ? null : approversJson(list) }
  const said = localLines(subject, local, againOf(call))
  if (facts === undefined && waits) {
    const where = source.elsewhere === undefined ? 'the registry' : 'this folder'
    return answer({ subject, length: 0, ...more }, ...wrapped([`${subject} is not in ${where} yet`, ...said]))
  }
  if (facts === undefined) throw await absent(registry, [subject], againOf(call))
  return answer({ ...facts, ...more }, ...wrapped(factsLines(facts, said, call)))
}

function factsLines(facts: LogFacts, said: readonly string[], call: Call): string[] {
  const { subject, length, head, headAt = '', logLength, checkpointAt, findings } = facts
  const parts = ['log', 'releases', 'permissions'].filter((one) => call.parsed.flag(one))
  const isShown = (part: string): boolean => parts.length === 0 || parts.includes(part)
  const isOperator = subject === operatorSubject
  return [
    `${subject}: ${recordsText(length)}, the newest of ${momentText(headAt)} (${shortKeyId(head)})`,
    `✓ verified to its end; the checkpoint of ${momentText(checkpointAt)}, of ${recordsText(logLength)}, covers it`,
    ...findings.map(findingText),
    ...said,
    ...(isShown('log') ? ['', ...timeLines(facts, call)] : []),
    ...(isShown('releases') ? ['', ...(isOperator ? namespaceLines(facts) : releaseLines(facts))] : []),
    ...(isShown('permissions') ? ['', ...permissionLines(facts)] : []),
  ]
}

function timeLines({ records, length, subject }: LogFacts, call: Call): string[] {
  const more = length - records.length
  const rest = more === 0 ? [] : [`  and ${more} older: countersign warg show ${againOf(call)} ${subject} --log --all`]
  return ['Log, the newest first:', ...records.flatMap(recordLines), ...rest]
}

/** What a person types wrong is nearly something that is there, or was meant to be new. */
export async function absent(
  { source, context }: Registry,
  names: readonly string[],
  again: string,
): Promise<AppError> {
  const { logs } = await registryOverview(source, context)
  const known = logs.flatMap(({ subject, length }) => (length > 0 && subject !== operatorSubject ? [subject] : []))
  const [first = ''] = names
  const similar = similarNames(first, known)
  const isMirror = source.elsewhere !== undefined
  // A folder holds what somebody watched, and says nothing of the rest.
  const way = isMirror
    ? 'watch it and mirror it again where the registry is reached: countersign warg mirror SOURCE FOLDER'
    : `to claim it for ever: countersign warg init ${again} ${quoted(first)} KEY`
  const list = names.join(', ')
  return new AppError({
    code: 'source/not-found',
    message: isMirror ? `this folder does not hold ${list}` : `the registry says that it has no package ${list}`,
    hint: similar.length === 0 ? `check the name; ${way}` : `did you mean ${similar.join(' or ')}? Otherwise, ${way}`,
    data: { similar: similar.join(', '), isMirror },
  })
}
