// project: a name reserved for its maintainers, and their keys, changed by themselves.
import { AppError, type ErrorData } from '../../core/error.ts'
import type { ProjectKeysEdit } from '../../core/systems/tuf/edit/edit.ts'
import type { KeyChain } from '../../core/systems/tuf/projects/chain.ts'
import { keysSubject } from '../../core/systems/tuf/subject.ts'
import { keyChanges, newestOf } from '../../node/project-keys.ts'
import type { Opened } from '../../node/repository-view.ts'
import { type Change, countOf, openTufChange, usage, verbOf } from '../changing.ts'
import { type Answer, answer, type Command } from '../command.ts'
import { draftOptions, proposeDraft } from '../drafting.ts'
import { keyOptions } from '../role-keys.ts'
import { holderName, wordLines } from '../show.ts'
import { wrapped } from '../text.ts'
import { heldBy } from './roles.ts'

const verbs = { add: [1, 1], keys: [1, 1], show: [1, 1] } as const

export const projectCommand: Command = {
  name: 'project',
  usage: 'project SOURCE (add | keys | show) NAME ...',
  summary: 'Reserves a name for a project, changes who holds it, or shows how its keys changed, verified.',
  details: [
    'countersign project SOURCE add NAME --key K [--threshold N]',
    'countersign project SOURCE keys NAME [--add K] [--remove WHO] [--threshold N]',
    'countersign project SOURCE show NAME',
    'A change of keys is signed by enough of those who hold the project now, by enough of those who will hold it,',
    'and by every new key. The repository’s admins sign none of it; publishing is done by the repository’s own key.',
    'Example: countersign project packages add loom --key Ana --key Ben --threshold 1',
  ],
  options: {
    ...draftOptions,
    key: { form: '--key KEY', text: 'add: a maintainer’s key; may be repeated', type: 'string', multiple: true },
    add: { form: '--add KEY', text: 'keys: a key that comes; may be repeated', type: 'string', multiple: true },
    remove: {
      form: '--remove WHO',
      text: 'keys: a holder whose key goes, by name or key id; may be repeated',
      type: 'string',
      multiple: true,
    },
    pem: { ...keyOptions.pem, form: '--pem FILE', text: 'a public key that comes, from a file', type: 'string' },
    name: { form: '--name OWNER', text: 'whose key --pem is', type: 'string' },
    threshold: { form: '--threshold N', text: 'how many of the keys must sign', type: 'string' },
  },
  arity: [3, 3],
  run: async (parsed, io, dataDir) => {
    const verb = verbOf(projectCommand, parsed, verbs)
    const change = await openTufChange(parsed, io, dataDir)
    const project = parsed.positionals[2] ?? ''
    if (verb === 'show') return show(project, change)
    const edit = verb === 'add' ? await reserve(project, change) : await changeKeys(project, change)
    const request = { subject: keysSubject(project), edits: [edit] }
    const { answer: answered } = await proposeDraft(change.desk, change.source, request, parsed, io)
    return answered
  },
}

async function reserve(project: string, change: Change<Opened>): Promise<ProjectKeysEdit> {
  const keys = await change.keys()
  if (keys.length === 0) throw usage(projectCommand, 'a project needs at least one key: --key KEY')
  if (await keyChain(project, change)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `the name ${project} is reserved already`,
      hint: `see who holds it: countersign project SOURCE show ${project}`,
      data: { existing: project },
    })
  }
  return { kind: 'project-keys', first: true, keys, keepIds: [], threshold: thresholdOf(change, keys.length) }
}

async function changeKeys(project: string, change: Change<Opened>): Promise<ProjectKeysEdit> {
  const chain = await keyChain(project, change)
  if (chain === undefined) throw noProject(project)
  const newest = newestOf(chain)
  const authority = { keys: newest.keys, role: newest }
  const gone = change.parsed.texts('remove').map((who) => heldBy(who, project, authority).keyId)
  const keys = await change.keys('add')
  const keepIds = newest.keyids.filter((id) => !gone.includes(id))
  return { kind: 'project-keys', keys, keepIds, threshold: thresholdOf(change, newest.threshold) }
}

async function keyChain(project: string, { opened }: Change<Opened>): Promise<KeyChain | undefined> {
  return (await opened()).trusted.keyChain(project)
}

function thresholdOf({ parsed }: Change, otherwise: number): number {
  const text = parsed.text('threshold')
  return text === undefined ? otherwise : countOf(text, '--threshold', 1, 512)
}

function noProject(project: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `there is no project ${project} here`,
    hint: `reserve the name: countersign project SOURCE add ${project} --key KEY`,
  })
}

async function show(project: string, change: Change<Opened>): Promise<Answer> {
  const chain = await keyChain(project, change)
  if (chain === undefined) throw noProject(project)
  const changes = keyChanges(chain)
  const { newest, problem } = chain
  const holders = newest?.keyids.map((id) => newest.keys.get(id)?.owner ?? `key ${id.slice(0, 8)}`) ?? []
  const data = {
    project,
    holders,
    threshold: newest?.threshold,
    changes: changes.map(({ quorums, ...rest }) => ({
      ...rest,
      keys: [...new Set(quorums.flatMap(({ keys }) => keys.map(holderName)))],
    })),
    ...(problem === undefined ? {} : { problem: { fault: problem.fault, who: problem.who, ...plain(problem.error) } }),
  }
  const verdict =
    problem === undefined
      ? ['Every change of its keys was made by its own people: verified from the first to the newest.']
      : [`STOP: ${problem.error.message}`, `  ${problem.error.hint ?? ''}`]
  const lines = [
    `${project}: ${newest?.threshold ?? 0} of ${holders.length} must sign: ${holders.join(', ')}`,
    ...verdict,
    '',
    ...changes.flatMap(({ title, headline, signedBy, digest }) => [
      `${title}: ${headline}`,
      `  signed by ${signedBy.join(', ')}`,
      `  sha256 ${digest}`,
      ...wordLines(digest),
    ]),
  ]
  const shown = answer(data, ...wrapped(lines))
  return problem === undefined ? shown : { ...shown, failed: new AppError(problem.error) }
}

function plain({ code, message, hint }: ErrorData): ErrorData {
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}
