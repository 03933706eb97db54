// state, history: a repository from the inside: its roles, one role with all that it holds, and what became of it.
import { AppError, toErrorData } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { dateText } from '../../core/systems/tuf/diff/shown.ts'
import { visible } from '../../core/visible.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { readBlocksHistory } from '../../node/merkle/history.ts'
import { readBlocksInside } from '../../node/merkle/inside.ts'
import { isOfBlocks, tufSource } from '../../node/open-source.ts'
import { type HistoryFacts, readHistory } from '../../node/repository-history.ts'
import { type InsideFacts, openInside, type RoleFact, readInside, readTargets } from '../../node/repository-view.ts'
import type { Delegation } from '../../node/repository-walk.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { grouped } from '../drafting.ts'
import { parseCount } from '../parse.ts'
import { noRole } from '../role-names.ts'
import { contextOf, deskFor, openSource, rootOption } from '../session.ts'
import { expiryLine, holderName, quorumsLines } from '../show.ts'
import { wrapped } from '../text.ts'
import { show } from './warg/show.ts'

export const stateCommand: Command = {
  name: 'state',
  usage: 'state SOURCE [ROLE]',
  summary: 'Shows every role, or one of them with its artifacts and keys, verified from the pinned root.',
  details: [
    'Roles come in the order in which clients ask them. Of one role are shown: who signs it, to whom it delegates,',
    'its artifacts, and whether a project’s keys were changed by its own people only. Of a Warg registry: its packages and',
    'its operator, or the log of the one that is named instead of a role.',
  ],
  options: {
    ...rootOption,
    search: { form: '--search TEXT', text: 'with ROLE: only artifacts whose name has TEXT in it', type: 'string' },
    limit: { form: '--limit N', text: 'so many artifacts at most; 50 when left out', type: 'string' },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const opened = await openSource(desk, parsed, io.signal)
    if (opened.registry !== undefined) return showRegistry(parsed, io, dataDir, desk)
    const inside = await insideOf(opened, io)
    const role = parsed.positionals[1]
    if (role === undefined) return answer(insideData(inside), ...wrapped(roleLines(inside, io.now())))
    const limit = parseCount(parsed, 'limit', 50, 1, 1_000_000)
    return oneRole(role, inside, parsed.text('search') ?? '', limit, io.now())
  },
}

/** `consistent`: whether files carry their version in their names; blocks carry their hash. */
type Shown = InsideFacts & { consistent?: boolean }

async function insideOf(opened: OpenSource, io: Io): Promise<Shown> {
  const context = contextOf(opened, io)
  if (isOfBlocks(opened)) return readBlocksInside(opened, context, maxRoles)
  const inside = await readInside(tufSource(opened), context, maxRoles)
  return { ...inside, consistent: inside.set.root.signed.consistentSnapshot }
}

const maxRoles = 100_000

/** Of a Warg registry ROLE is a package, or operator. */
async function showRegistry(parsed: Parsed, io: Io, dataDir: string, desk: Desk): Promise<Answer> {
  for (const name of ['search', 'limit']) {
    if (parsed.text(name) === undefined) continue
    throw new AppError({
      code: 'usage/invalid',
      message: `--${name} is of the artifacts of a role, and this is a Warg registry`,
      hint: 'see a log whole: countersign warg show SOURCE PACKAGE --all',
    })
  }
  return show({ desk, io, dataDir, parsed, words: parsed.positionals.slice(1) })
}

function roleLines({ roles, edges, omitted, consistent: isConsistent }: Shown, now: Date): string[] {
  const consistent = isConsistent !== false ? '' : '; files do not carry their version in their names'
  return [
    `${roles.length} roles${consistent}`,
    ...roles.flatMap((role) => [
      `  ${role.name} ${role.version === 0 ? '(no version yet)' : role.version}, ${expiryWords(role, now)}, ${whoWords(role)}${countWords(role)}`,
      ...edges.filter(({ to }) => to === role.name).map((edge) => `      ${edgeWords(edge)}`),
      ...remarks(role).map((line) => `      ${line}`),
    ]),
    ...(omitted === 0 ? [] : [`  and ${grouped(omitted)} more`]),
  ]
}

function expiryWords({ expires }: RoleFact, now: Date): string {
  return expires === undefined ? 'no date' : expiryLine(expires.at, now)
}

function whoWords({ quorum, keptBy }: RoleFact): string {
  const people = [...new Set(quorum.keys.map(holderName))].join(', ')
  return `${quorum.threshold} of ${quorum.keys.length}: ${people}${keptBy === 'machine' ? ' (the repository itself)' : ''}`
}

function countWords({ targets }: RoleFact): string {
  return targets === 0 ? '' : `, ${grouped(targets)} artifact${targets === 1 ? '' : 's'}`
}

function edgeWords({ from, paths, terminating, agreement }: Delegation): string {
  const agree =
    agreement === undefined ? '' : `; ${agreement.needed} of ${agreement.of} roles of ${agreement.name} must agree`
  return `from ${from}: ${paths.join(', ')}${terminating ? '; nothing is asked after it' : ''}${agree}`
}

function remarks({ project, blocks, problem }: RoleFact): string[] {
  return [
    ...(problem === undefined ? [] : [`! ${problem.message}`]),
    ...(blocks ? ['blocks these paths: clients find nothing there'] : []),
    ...(project?.problem === undefined ? [] : [`! STOP: ${project.problem.message}`]),
    ...(project !== undefined && project.problem === undefined
      ? [`keys changed ${project.changes} times, each time by its own maintainers`]
      : []),
  ]
}

function oneRole(name: string, inside: Shown, search: string, limit: number, now: Date): Answer {
  const role = inside.roles.find((one) => one.name === name)
  if (role === undefined) {
    throw noRole(name, inside.roles)
  }
  const page = inside.documents.has(name)
    ? readTargets(inside, { role: name, query: search, offset: 0, limit })
    : { total: 0, matching: 0, targets: [] }
  const below = inside.edges.filter(({ from }) => from === name)
  const targets = page.targets.map(({ hashes, ...rest }) => ({ ...rest, hashes: Object.fromEntries(hashes) }))
  const data = {
    ...roleData(role),
    delegations: below.map(edgeData),
    total: page.total,
    matching: page.matching,
    targets,
  }
  const lines = [
    `${role.name} ${role.version}, ${expiryWords(role, now)}${role.expires === undefined ? '' : `, until ${dateText(role.expires.text)}`}`,
    ...remarks(role),
    ...quorumsLines([role.quorum]),
    ...(below.length === 0 ? [] : ['Delegates, in this order:']),
    ...below.map(
      ({ to, ...edge }) => `  ${to}: ${edge.paths.join(', ')}${edge.terminating ? '; nothing is asked after it' : ''}`,
    ),
    ...(page.total === 0
      ? ['No artifacts of its own.']
      : [`Artifacts (${grouped(page.matching)} of ${grouped(page.total)}):`]),
    ...page.targets.map(({ path, length, hashes }) => {
      const [algorithm, digest = ''] = [...hashes][0] ?? ['no hash']
      return `  ${path}  ${grouped(length)} bytes, ${algorithm} ${digest.slice(0, 16)}…`
    }),
    ...(page.matching > page.targets.length
      ? [`  and ${grouped(page.matching - page.targets.length)} more: --search TEXT, or --limit N`]
      : []),
  ]
  return answer(data, ...wrapped(lines))
}

function insideData({ roles, edges, omitted, consistent }: Shown): object {
  return {
    ...(consistent === undefined ? {} : { consistentSnapshot: consistent }),
    roles: roles.map(roleData),
    edges: edges.map(edgeData),
    omitted,
  }
}

function roleData({ quorum, problem, expires, ...role }: RoleFact): object {
  return {
    ...role,
    ...(expires === undefined ? {} : { expires: expires.text }),
    threshold: quorum.threshold,
    holders: quorum.keys.map(({ ids, label, owner, signed, rehearsal }) => ({ ids, label, owner, signed, rehearsal })),
    ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
  }
}

function edgeData({ from, to, paths, terminating, agreement }: Delegation): object {
  return { from, to, paths, terminating, ...(agreement === undefined ? {} : { agreement }) }
}

// ---- history -------------------------------------------------------------------------------------------------------

export const historyCommand: Command = {
  name: 'history',
  usage: 'history SOURCE ROLE',
  summary: 'Shows the versions of a role, newest first: what each changed, and who signed it, verified.',
  details: ['Of a project also how its keys changed.'],
  options: rootOption,
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed, io.signal)
    const [, role = ''] = parsed.positionals
    const history = await historyOf(role, source, contextOf(source, io))
    return answer(historyData(history), ...wrapped(historyLines(history)))
  },
}

async function historyOf(role: string, source: OpenSource, context: Context): Promise<HistoryFacts> {
  if (isOfBlocks(source)) return readBlocksHistory(role, source, context)
  return readHistory(role, await openInside(tufSource(source), context))
}

function historyLines({ versions, gone, more, keyChanges, keyProblem }: HistoryFacts): string[] {
  return [
    ...versions.flatMap(({ title, headline, expires, signedBy, problem }) => [
      `${title}: ${headline}`,
      `  until ${dateText(expires)}; signed by ${signedBy.map(holderName).join(', ') || 'nobody who is known'}`,
      ...(problem === undefined ? [] : [`  ! ${problem.message}`]),
    ]),
    ...(gone ? ['Older versions are not kept here any more.'] : []),
    ...(more ? ['Older versions are here, and not shown.'] : []),
    ...(keyProblem === undefined ? [] : ['', `! STOP: ${visible(keyProblem.message)}`]),
    ...(keyChanges.length === 0 ? [] : ['', 'Changes of its keys:']),
    ...keyChanges.flatMap(({ title, headline, signedBy }) => [
      `  ${title}: ${headline}`,
      `      signed by ${signedBy.join(', ')}`,
    ]),
  ]
}

function historyData({ keyChanges, versions, ...history }: HistoryFacts): object {
  return {
    ...history,
    versions: versions.map(({ signedBy, ...version }) => ({
      ...version,
      signedBy: signedBy.map(({ ids, label, owner }) => ({ ids, label, owner })),
    })),
    keyChanges: keyChanges.map(({ quorums: _, ...one }) => one),
  }
}
