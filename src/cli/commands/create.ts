// init, demo: how a repository comes to be.
import { resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import { createDemo } from '../../node/demo.ts'
import { emptyPlace, foundingDefaults, foundRepository, nameOfFolder } from '../../node/founding.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { tokenOptions } from '../parse.ts'
import { askingOnce, deskFor } from '../session.ts'
import { reviewLines, stateLines } from '../show.ts'
import { quoted } from '../text.ts'
import { chooseKeys } from './founders.ts'
import { foundFromRoot, requestFirstRoot } from './founding/first-root.ts'
import { readStructure, termsOf } from './founding/terms.ts'

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
    'When the holders are to sign the first root together, elsewhere: --request needs public keys alone (a key that was',
    'imported, a person whose token is enrolled), and DIR is only its name. After the ceremony --from takes the signed root;',
    'there --key names holders of targets who are here, as many as the root asks for, and --online-key its online key.',
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
    request: {
      form: '--request FILE',
      text: 'create nothing: write the unsigned first root into a new file, as a request to sign it',
      type: 'string',
    },
    reason: { form: '--reason TEXT', text: 'with --request: why, for the people who are asked', type: 'string' },
    as: { form: '--as NAME', text: 'with --request: who asks; your user name when nothing is said', type: 'string' },
    from: {
      form: '--from FILE',
      text: 'begin with this first root, which enough of its keys have signed',
      type: 'string',
    },
    rehearsal: { form: '--rehearsal', text: 'a repository to practise on, with keys made for it', type: 'boolean' },
    ...tokenOptions,
  },
  arity: [1, 1],
  run: (parsed, io, dataDir) => askingOnce(io, (once) => initialise(parsed, once, dataDir)),
}

async function initialise(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  checkWay(parsed)
  const desk = deskFor(io, dataDir)
  if (parsed.text('request') !== undefined) return requestFirstRoot(parsed, io, desk)
  if (parsed.text('from') !== undefined) return foundFromRoot(parsed, io, desk)
  const place = await emptyPlace(desk, parsed.positionals[0] ?? '', io.signal)
  const terms = termsOf(parsed)
  const structure = readStructure(parsed)
  const { holders, online } = await chooseKeys(parsed, io, desk)
  const founding = { name: nameOfFolder(place.location), holders, online, structure, ...terms }
  const { pinned, files } = await foundRepository(desk, place, founding, io.now(), io.signal)
  const state = await desk.state(await desk.open(pinned.id), io.signal)
  return answer(
    { location: place.location, files, root: state.anchor.digest },
    `created ${place.location}`,
    ...stateLines(pinned.name, state, io.now()),
  )
}

/** What would be passed over is refused. */
function checkWay(parsed: Parsed): void {
  const [request, from] = [parsed.text('request'), parsed.text('from')]
  const others = [
    ...(request === undefined ? ['reason', 'as'] : ['from', 'structure', 'bits']),
    ...(from === undefined ? [] : ['threshold', 'online-days', 'rehearsal']),
  ]
  const wrong = others.find((name) => (name === 'rehearsal' ? parsed.flag(name) : parsed.text(name) !== undefined))
  if (wrong === undefined) return
  const way = request !== undefined ? 'a request for a first root' : from !== undefined ? 'a given first root' : 'this'
  throw new AppError({
    code: 'usage/invalid',
    message: `--${wrong} says nothing of ${way}`,
    hint: `leave out --${wrong}; see: countersign init --help`,
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
