// init, demo: how a repository comes to be.
import { resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import type { Structure } from '../../core/systems/tuf/structure.ts'
import { createDemo } from '../../node/demo.ts'
import { emptyPlace, foundingDefaults, foundRepository, nameOfFolder, structureOf, twice } from '../../node/founding.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { parseCount, tokenOptions } from '../parse.ts'
import { askingOnce, deskFor } from '../session.ts'
import { reviewLines, stateLines } from '../show.ts'
import { quoted } from '../text.ts'
import { chooseKeys } from './founders.ts'

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
    'Below targets there is nothing at first, or with --structure:',
    '  projects   maintainers reserve names and keep their own keys; no admin signs each of their releases',
    '  succinct   artifacts spread over bins by their hash, told in one line (TAP 15); few clients know it',
    '  prefixes   the same as one delegation a bin, which every client knows',
    'What is below is kept by the online key. Example: countersign init packages --key Ana --key Ben --threshold 1',
    '--online-key publisher --structure projects',
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
      text: `in how many days root and targets expire; ${foundingDefaults.expiryDays} when left out`,
      type: 'string',
    },
    signing: {
      form: '--signing DAYS',
      text: 'how long before its end a version of root and targets is to be signed anew',
      type: 'string',
    },
    'online-days': {
      form: '--online-days DAYS',
      text: `in how many days snapshot and timestamp expire; ${foundingDefaults.snapshotDays} and ${foundingDefaults.timestampDays} when left out`,
      type: 'string',
    },
    structure: { form: '--structure KIND', text: 'none, projects, succinct or prefixes', type: 'string' },
    bits: {
      form: '--bits N',
      text: `with bins: 2 to the power of N of them; ${foundingDefaults.bitLength} when left out`,
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
  const place = await emptyPlace(desk, parsed.positionals[0] ?? '', io.signal)
  const named = parsed.texts('key')
  if (new Set(named).size < named.length) throw twice()
  // Checked before keys are made: a call that is not right leaves nothing behind.
  const count = Math.max(1, named.length)
  const threshold = parseCount(parsed, 'threshold', count, 1, count)
  const expiryDays = parseCount(parsed, 'expires', foundingDefaults.expiryDays, 1, 3650)
  const times = timesOf(parsed, expiryDays)
  const structure = readStructure(parsed)
  const { holders, online } = await chooseKeys(parsed, io, desk)
  const founding = { name: nameOfFolder(place.location), holders, threshold, expiryDays, online, structure, ...times }
  const { pinned, files } = await foundRepository(desk, place, founding, io.now(), io.signal)
  const state = await desk.state(await desk.open(pinned.id), io.signal)
  return answer(
    { location: place.location, files, root: state.anchor.digest },
    `created ${place.location}`,
    ...stateLines(pinned.name, state, io.now()),
  )
}

function timesOf(
  parsed: Parsed,
  expiryDays: number,
): { signingDays?: number; snapshotDays: number; timestampDays: number } {
  const { signingDays, snapshotDays, timestampDays } = foundingDefaults
  const online =
    parsed.text('online-days') === undefined ? undefined : parseCount(parsed, 'online-days', snapshotDays, 1, 3650)
  return {
    snapshotDays: online ?? snapshotDays,
    timestampDays: online ?? timestampDays,
    ...(parsed.text('signing') === undefined
      ? {}
      : { signingDays: parseCount(parsed, 'signing', signingDays, 1, expiryDays) }),
  }
}

function readStructure(parsed: Parsed): Structure {
  const kind = parsed.text('structure') ?? 'none'
  const isBins = kind === 'succinct' || kind === 'prefixes'
  if (parsed.text('bits') !== undefined && !isBins) {
    throw new AppError({
      code: 'usage/invalid',
      message: `--bits is about bins, and --structure is ${kind}`,
      hint: 'leave it out, or say --structure succinct',
    })
  }
  if (isBins) return structureOf(kind, parseCount(parsed, 'bits', foundingDefaults.bitLength, 1, 16))
  if (kind === 'none' || kind === 'projects') return structureOf(kind)
  throw new AppError({
    code: 'usage/invalid',
    message: `--structure is none, projects, succinct or prefixes, not ${kind}`,
    hint: 'leave it out for none; see: countersign init --help',
  })
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
