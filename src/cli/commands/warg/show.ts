// warg show: a registry at a glance, or one log of it: what happened, what was released, who may do what.

import { AppError } from '../../../core/error.ts'
import { operatorSubject } from '../../../core/systems/warg/files.ts'
import { shortKeyId } from '../../../core/systems/warg/named.ts'
import { type LogFacts, logFacts } from '../../../node/warg/facts.ts'
import { type LogOverview, type RegistryOverview, registryOverview } from '../../../node/warg/overview.ts'
import { type Answer, answer } from '../../command.ts'
import { similarNames } from '../../similar.ts'
import { quoted, wrapped } from '../../text.ts'
import { againOf, type Call, openRegistrySource, type Registry, subjectOf } from './call.ts'
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

async function showAll({ source, context }: Registry, call: Call): Promise<Answer> {
  const facts = await registryOverview(source, context)
  return answer(facts, ...wrapped(overviewLines(facts, source.pinned.name, againOf(call))))
}

function overviewLines({ checkpoint, watched, logs }: RegistryOverview, name: string, again: string): string[] {
  const { at, logLength, ageSeconds } = checkpoint
  const none = logs.length > 1 ? [] : [`No package is watched here: countersign warg watch ${again} PACKAGE`]
  return [
    `${name}: ${recordsText(logLength)} in all; its checkpoint is of ${momentText(at)}, ${ageText(ageSeconds)}`,
    '',
    ...logs.flatMap((log) => logLines(log, watched)),
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
  if (facts === undefined) throw await absent(registry, [subject], againOf(call))
  return answer(facts, ...wrapped(factsLines(facts, call)))
}

function factsLines(facts: LogFacts, call: Call): string[] {
  const { subject, length, head, headAt = '', logLength, checkpointAt, findings } = facts
  const parts = ['log', 'releases', 'permissions'].filter((one) => call.parsed.flag(one))
  const isShown = (part: string): boolean => parts.length === 0 || parts.includes(part)
  const isOperator = subject === operatorSubject
  return [
    `${subject}: ${recordsText(length)}, the newest of ${momentText(headAt)} (${shortKeyId(head)})`,
    `✓ verified to its end; the checkpoint of ${momentText(checkpointAt)}, of ${recordsText(logLength)}, covers it`,
    ...findings.map(findingText),
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
  const claim = `to claim it for ever: countersign warg init ${again} ${quoted(first)} KEY`
  return new AppError({
    code: 'source/not-found',
    message: `the registry says that it has no package ${names.join(', ')}`,
    hint:
      similar.length === 0 ? `check the name; ${claim}` : `did you mean ${similar.join(' or ')}? Otherwise, ${claim}`,
  })
}
