// init, pin, demo: how a repository comes to be, and how it comes to be trusted here.
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import type { Signer } from '../../core/signer.ts'
import { createRepository } from '../../core/systems/tuf/create.ts'
import { plainLayout } from '../../core/systems/tuf/layouts/plain.ts'
import { toWords } from '../../core/words.ts'
import { createDemo } from '../../node/demo.ts'
import { inspectRepository } from '../../node/inspect.ts'
import { createRehearsalKey } from '../../node/signers/rehearsal.ts'
import { directoryTransport } from '../../node/transports/directory.ts'
import { answer, type Command, type Io, type Parsed } from '../command.ts'
import { parseCount } from '../parse.ts'
import { deskFor } from '../session.ts'
import { holderName, reviewLines, stateLines, wordLines } from '../show.ts'

export const initCommand: Command = {
  name: 'init',
  usage: 'init DIR --key KEY [--key KEY ...]',
  summary: 'Creates a repository with its four roles, signed by keys that are here, and pins its root.',
  details: [
    'Root and targets are signed by every --key. Snapshot and timestamp are signed by --online-key,',
    'or by the first --key when there is none. With --rehearsal, keys are made that sign nothing real.',
  ],
  options: {
    key: {
      form: '--key KEY',
      text: 'a key holder of root and targets; may be repeated',
      type: 'string',
      multiple: true,
    },
    'online-key': { form: '--online-key KEY', text: 'the key of snapshot and timestamp', type: 'string' },
    threshold: { form: '--threshold N', text: 'how many of the keys must sign root and targets (all)', type: 'string' },
    expires: { form: '--expires DAYS', text: 'when root and targets expire (365)', type: 'string' },
    rehearsal: { form: '--rehearsal', text: 'a repository to practise on, with keys made for it', type: 'boolean' },
  },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const location = resolve(parsed.positionals[0] ?? '')
    const { holders, online } = await chooseKeys(parsed, io, desk)
    const threshold = parseCount(parsed, 'threshold', holders.length, 1, 100)
    const days = parseCount(parsed, 'expires', 365, 1, 3650)
    const people = {
      holders: holders.map((signer) => ({ signer, owner: nameOf(signer) })),
      threshold,
      expiryDays: days,
    }
    const machine = { holders: [{ signer: online, owner: nameOf(online) }], threshold: 1 }
    const plan = {
      root: people,
      targets: people,
      snapshot: { ...machine, expiryDays: 7 },
      timestamp: { ...machine, expiryDays: 1 },
    }
    const folder = directoryTransport(location, { create: true })
    const names = await folder.list('', io.signal)
    if (names.length > 0) {
      throw new AppError({ code: 'usage/invalid', message: `${location} is not empty`, hint: 'choose a new folder' })
    }
    const files = await createRepository(plan, plainLayout, { now: io.now(), signal: io.signal })
    await folder.write(
      files,
      new Map([...files.keys()].map((name) => [name, null])),
      'create the repository',
      io.signal,
    )
    const anchor = files.get('metadata/1.root.json')
    if (!(anchor instanceof Uint8Array)) throw new AppError({ code: 'internal/bug', message: 'no root was made' })
    const pinned = await desk.workspace.add({ name: nameOfFolder(location), location }, anchor)
    const state = await desk.state(await desk.open(pinned.id), io.signal)
    const written = [...files.keys()]
    return answer(
      { location, files: written, root: state.anchor.digest },
      `created ${location}`,
      ...stateLines(pinned.name, state, io.now()),
    )
  },
}

function nameOf(signer: Signer): string {
  return signer.id.slice(signer.id.indexOf(':') + 1)
}

function nameOfFolder(location: string): string {
  return location.split(/[/\\]/).at(-1) ?? location
}

async function chooseKeys(
  parsed: Parsed,
  io: Io,
  desk: ReturnType<typeof deskFor>,
): Promise<{ holders: Signer[]; online: Signer }> {
  const signers = await desk.signers(io.signal)
  if (parsed.flag('rehearsal')) {
    const made = async (name: string): Promise<Signer> =>
      signers.find(({ id }) => id === `rehearsal:${name}`) ??
      createRehearsalKey(desk.workspace.rehearsal, name, 'ed25519', io.signal)
    const named = parsed.texts('key').length > 0 ? parsed.texts('key') : ['You']
    const holders: Signer[] = []
    for (const name of named) holders.push(await made(name))
    return { holders, online: await made(parsed.text('online-key') ?? 'Online') }
  }
  const find = (wanted: string): Signer => {
    const signer = signers.find(({ id }) => id === wanted || id === `file:${wanted}`)
    if (signer !== undefined && !signer.rehearsal) return signer
    throw new AppError({
      code: 'signer/absent',
      message: `there is no key ${wanted} here that could sign`,
      hint: `create it: countersign keys create ${wanted}`,
    })
  }
  const holders = parsed.texts('key').map(find)
  const [first] = holders
  if (first === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'a repository needs at least one key',
      hint: 'countersign keys create NAME, then: countersign init DIR --key NAME; or practise with --rehearsal',
    })
  }
  const online = parsed.text('online-key')
  return { holders, online: online === undefined ? first : find(online) }
}

export const pinCommand: Command = {
  name: 'pin',
  usage: 'pin SOURCE [--name NAME] [--digest SHA256]',
  summary: 'Trusts a repository from its present root on, after two words of the root were typed from another source.',
  details: ['With --digest the root is pinned when its digest is exactly this one, without a question: for scripts.'],
  options: {
    name: { form: '--name NAME', text: 'what to call the repository here', type: 'string' },
    digest: { form: '--digest SHA256', text: 'the digest of the root’s signed bytes, 64 digits', type: 'string' },
  },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const found = await inspectRepository(parsed.positionals[0] ?? '', io.now(), io.signal)
    const digest = parsed.text('digest')
    if (digest === undefined)
      await askWords(
        found.digest,
        [found.title, ...found.quorum.keys.map((entry) => `  ${holderName(entry)} (${entry.label})`)],
        io,
      )
    else if (digest.toLowerCase() !== found.digest) throw differs('the digest')
    const { location, bytes } = found
    const pinned = await desk.workspace.add({ name: parsed.text('name') ?? found.suggestedName, location }, bytes)
    return answer(
      { id: pinned.id, name: pinned.name, location, digest: found.digest },
      `pinned ${found.title} of ${pinned.name}`,
    )
  },
}

async function askWords(digest: string, about: readonly string[], io: Io): Promise<void> {
  const words = toWords(parseHex(digest, 'the digest'))
  const first = randomInt(words.length)
  const second = (first + 1 + randomInt(words.length - 1)) % words.length
  const question = [
    ...about,
    'Its root in words:',
    ...wordLines(digest),
    'Compare with the words you were given by someone you trust.',
  ].join('\n')
  for (const [i, at] of [first, second].entries()) {
    const typed = await io.ask(`${i === 0 ? `${question}\n` : ''}Type word ${at + 1} from there: `)
    if (typed.trim().toLowerCase() !== words[at]?.toLowerCase()) throw differs(`word ${at + 1}`)
  }
}

function differs(what: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${what} is not what this repository’s root says; nothing was pinned`,
    hint: 'ask the repository admin for the words of the root once more',
  })
}

export const demoCommand: Command = {
  name: 'demo',
  usage: 'demo [--dir DIR]',
  summary: 'Creates a repository to practise on, and shows a dangerous change that waits for your signature.',
  options: { dir: { form: '--dir DIR', text: 'keep the demo in DIR', type: 'string' } },
  arity: [0, 0],
  run: async (parsed, io, dataDir) => {
    const dir = resolve(parsed.text('dir') ?? dataDir)
    const desk = deskFor(io, dir)
    const pinned = await createDemo(dir, io.now(), io.signal)
    const source = await desk.open(pinned.id)
    const { proposals } = await desk.pending(source, io.signal)
    const proposal = proposals.find((one) => one.subject === 'root')
    const home = parsed.text('dir') === undefined ? '' : ` --home ${dir}`
    const next = [
      `countersign status "${pinned.name}"${home}`,
      `countersign review "${pinned.name}" root${home}`,
      `countersign sign "${pinned.name}" root --key rehearsal:You${home}`,
      `countersign publish "${pinned.name}"${home}`,
    ]
    const shown = proposal === undefined ? ['Everything in the demo is signed and published.'] : reviewLines(proposal)
    const data = { home: dir, location: pinned.location, id: pinned.id, pending: proposals.map(({ id }) => id), next }
    return answer(
      data,
      'A rehearsal: nothing here is real.',
      '',
      ...shown,
      '',
      'Go on with:',
      ...next.map((line) => `  ${line}`),
    )
  },
}
