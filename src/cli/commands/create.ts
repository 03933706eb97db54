// init, demo: how a repository comes to be.
import { resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import { createRepository } from '../../core/systems/tuf/create.ts'
import { plainLayout } from '../../core/systems/tuf/layouts/plain.ts'
import { createDemo } from '../../node/demo.ts'
import { isWebLocation, parseLocation } from '../../node/location.ts'
import { directoryTransport } from '../../node/transports/directory.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { parseCount, tokenOptions } from '../parse.ts'
import { askingOnce, deskFor } from '../session.ts'
import { reviewLines, stateLines } from '../show.ts'
import { quoted } from '../text.ts'
import { chooseKeys, twice } from './founders.ts'

export const initCommand: Command = {
  name: 'init',
  usage: 'init DIR --key KEY [--key KEY ...]',
  summary: 'Creates a repository with its four roles, signed by keys that are here, and pins its root.',
  details: [
    'Root says who may sign what, targets lists the files that users get: both are signed by every --key.',
    'Snapshot and timestamp say which versions are current: they are signed by --online-key, or by the first --key',
    'when there is none (never by a token). Each passphrase is asked for once, in the order of the keys.',
    'KEY is a key file, or the name of somebody whose token is plugged in (countersign tokens enroll).',
    'With --rehearsal the keys named (or "You" and "Online") are made on the spot; they can sign nothing real.',
  ],
  options: {
    key: {
      form: '--key KEY',
      text: 'a key holder of root and targets, by the name of the key; may be repeated',
      type: 'string',
      multiple: true,
    },
    'online-key': { form: '--online-key KEY', text: 'the key of snapshot and timestamp', type: 'string' },
    threshold: {
      form: '--threshold N',
      text: 'how many of the keys must sign root and targets; all when left out',
      type: 'string',
    },
    expires: {
      form: '--expires DAYS',
      text: 'in how many days root and targets expire; 365 when left out',
      type: 'string',
    },
    rehearsal: { form: '--rehearsal', text: 'a repository to practise on, with keys made for it', type: 'boolean' },
    ...tokenOptions,
  },
  arity: [1, 1],
  run: (parsed, io, dataDir) => askingOnce(io, (once) => initialise(parsed, once, dataDir)),
}

async function initialise(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const location = parseLocation(parsed.positionals[0] ?? '')
  if (isWebLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is a web address, and a repository is created in a folder`,
      hint: 'create it in a folder, and upload the folder',
    })
  }
  if ((await desk.workspace.sources()).some((source) => source.location === location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `another repository is pinned at ${location}`,
      hint: `choose a new folder, or forget what is pinned: countersign forget ${quoted(location)}`,
    })
  }
  const folder = directoryTransport(location, { create: true })
  if ((await folder.list('', io.signal)).length > 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is not empty`,
      hint: 'name a folder that is empty or does not exist yet',
    })
  }
  const named = parsed.texts('key')
  if (new Set(named).size < named.length) throw twice()
  // Checked before keys are made: a call that is not right leaves nothing behind.
  const count = Math.max(1, named.length)
  const threshold = parseCount(parsed, 'threshold', count, 1, count)
  const days = parseCount(parsed, 'expires', 365, 1, 3650)
  const { holders, online } = await chooseKeys(parsed, io, desk)
  const people = {
    holders,
    threshold,
    expiryDays: days,
  }
  const machine = { holders: [online], threshold: 1 }
  const plan = {
    root: people,
    targets: people,
    snapshot: { ...machine, expiryDays: 7 },
    timestamp: { ...machine, expiryDays: 1 },
  }
  const files = await createRepository(plan, plainLayout, { now: io.now(), signal: io.signal })
  await folder.write(files, new Map([...files.keys()].map((name) => [name, null])), 'create the repository', io.signal)
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
}

function nameOfFolder(location: string): string {
  return location.split(/[/\\]/).at(-1) ?? location
}

export const demoCommand: Command = {
  name: 'demo',
  usage: 'demo [--dir DIR]',
  summary: 'Creates a repository to practise on, and shows a dangerous change that waits for your signature.',
  options: { dir: { form: '--dir DIR', text: 'keep the demo, its keys and settings in DIR', type: 'string' } },
  arity: [0, 0],
  run: async (parsed, io, dataDir) => {
    const dir = resolve(parsed.text('dir') ?? dataDir)
    const desk = deskFor(io, dir)
    const pinned = await createDemo(dir, io.now(), io.signal)
    const source = await desk.open(pinned.id)
    const { proposals } = await desk.pending(source, io.signal)
    const proposal = proposals.find((one) => one.subject === 'root')
    const isElsewhere = (parsed.text('dir') ?? parsed.text('home')) !== undefined
    const home = isElsewhere ? ` --home ${quoted(dir)}` : ''
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
