// pin, forget: how a repository comes to be trusted here, and how that ends.
import { randomInt } from 'node:crypto'
import { parseHex } from '../../core/bytes.ts'
import { AppError, type ErrorData, toErrorData } from '../../core/error.ts'
import { maxBytes } from '../../core/systems/tuf/names.ts'
import { toWords } from '../../core/words.ts'
import { isLaterPin } from '../../node/asfaload/newcomer.ts'
import { isCarriedLocation } from '../../node/carried/address.ts'
import { forget } from '../../node/carried/forgetting.ts'
import type { Desk } from '../../node/desk.ts'
import { type Inspection, inspectAnchor, inspectRepository } from '../../node/inspect.ts'
import { rememberClone } from '../../node/sign-settings.ts'
import { isGitLocation, parseGitAddress } from '../../node/transports/git/address.ts'
import { type Lost, lostWith } from '../../node/warg/agreed.ts'
import type { PinnedSource } from '../../node/workspace.ts'
import { accessOptions, asAccess, readAccess, type SaidAccess } from '../access.ts'
import { answer, type Command, type Io, type Parsed } from '../command.ts'
import { readNamed } from '../input.ts'
import { findPinned } from '../named-source.ts'
import { contextOf, deskFor } from '../session.ts'
import { holderName, wordLines } from '../show.ts'
import { wrapped } from '../text.ts'
import { settle } from './events.ts'

export const pinCommand: Command = {
  name: 'pin',
  usage: 'pin SOURCE [--name NAME] [--root FILE] [--digest SHA256] [--ca FILE] [--token] [--as USER] [--fork ADDRESS]',
  summary: 'Trusts a repository from its present root on, after you typed two of the words that name this root.',
  details: [
    'SOURCE is the folder or the web address that contains "metadata" and "targets"; a git repository of tuf-on-ci:',
    'git+https://HOST/REPOSITORY, git+ssh://USER@HOST/REPOSITORY, git+file:///FOLDER, or the folder of your clone;',
    'or the address of a Repository Service for TUF: rstuf+https://HOST/, with #metadata=https://... when you know',
    'where clients read; or of a project at an Asfaload backend: asfaload+https://BACKEND/https/github.com/443/USER/REPOSITORY;',
    'or of a Warg registry: warg+https://HOST/, or the folder of a mirror of one, pinned by the first record of its operator.',
    'or of content-addressed blocks: their folder, an archive FILE.car, or a gateway merkle+https://HOST/PATH/.',
    'The words must come from someone you trust, by another way than the repository itself.',
    'With --digest the root is pinned when its digest is exactly this one, without a question: for scripts.',
  ],
  options: {
    name: { form: '--name NAME', text: 'what to call the repository here', type: 'string' },
    root: { form: '--root FILE', text: 'pin this root file, instead of the one found there', type: 'string' },
    ...accessOptions,
    digest: { form: '--digest SHA256', text: 'the digest of the root’s signed bytes, 64 digits', type: 'string' },
    as: { form: '--as USER', text: 'git: your user name there, for invitations', type: 'string' },
    fork: { form: '--fork ADDRESS', text: 'git: push signatures to this fork of yours', type: 'string' },
  },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const [text = ''] = parsed.positionals
    const rootFile = parsed.text('root')
    const said = await readAccess(desk, parsed, text, io.signal)
    const found =
      rootFile === undefined
        ? await inspectRepository(text, io.now(), io.signal, { dataDir, access: asAccess(said), systems: desk.systems })
        : await inspectAnchor(text, readNamed(rootFile, maxBytes.root), rootFile, desk.systems.forms)
    const { location, system, bytes, anchorWord } = found
    if ((await desk.workspace.sources()).some((source) => source.location === location)) {
      throw new AppError({
        code: 'usage/invalid',
        message: `${location} is pinned already`,
        hint: `to pin another ${anchorWord} for it: countersign forget SOURCE, then countersign pin SOURCE`,
      })
    }
    const digest = parsed.text('digest')
    if (digest === undefined) await askWords(found, [found.title, ...holderLines(found)], io)
    else checkDigest(digest, found.digest, anchorWord, found)
    const pinned = await desk.workspace.add(
      { name: parsed.text('name') ?? found.suggestedName, location, system },
      bytes,
    )
    if (Object.keys(said).length > 0) await keepAccess(desk, pinned, said)
    await settled(found, parsed, dataDir)
    const warning = rootFile === undefined ? undefined : await problemThere(desk, pinned, io)
    const isLater = rootFile !== undefined && warning === undefined && (await beginsLater(desk, pinned, io))
    return answer(
      {
        id: pinned.id,
        name: pinned.name,
        location,
        digest: found.digest,
        ...(warning === undefined ? {} : { warning }),
        ...(isLater ? { later: true } : {}),
      },
      `pinned ${found.title} of ${pinned.name}`,
      ...(warning === undefined ? [] : wrapped(warningLines(pinned, warning))),
      ...(isLater ? wrapped(laterLines) : []),
    )
  },
}

/** Under their own names where several must agree. */
function holderLines({ quorums }: Inspection): string[] {
  return quorums.flatMap(({ name, threshold, keys }) => [
    ...(quorums.length === 1 ? [] : [`  ${name}, ${threshold} of ${keys.length}:`]),
    ...keys.map((entry) => `  ${holderName(entry)} (${entry.label})`),
  ])
}

/** A root that came by another way says nothing of the place: it is looked at once, and what is wrong there told. The pin stays. */
async function problemThere(desk: Desk, pinned: PinnedSource, io: Io): Promise<ErrorData | undefined> {
  try {
    await desk.state(await desk.open(pinned.id, undefined, io.signal), io.signal)
    return undefined
  } catch (thrown) {
    const error = toErrorData(thrown)
    if (error.code === 'internal/bug') throw thrown
    return error
  }
}

const laterLines = [
  '! others were in force before these signers: they are counted from 1 here, and releases that were signed before',
  '  them will not verify',
]

/** What those before them signed is known to nobody who begins here. */
async function beginsLater(desk: Desk, { id }: PinnedSource, io: Io): Promise<boolean> {
  const source = await desk.open(id, undefined, io.signal)
  return isLaterPin(source, contextOf(source, io))
}

function warningLines({ location }: PinnedSource, { message, hint }: ErrorData): string[] {
  return [
    `! ${location} was looked at, and not all is well there: ${message}`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ]
}

/** What cannot be kept with it could not be reached next time: then it is not pinned either. */
async function keepAccess(desk: Desk, pinned: PinnedSource, said: SaidAccess): Promise<void> {
  try {
    await desk.access.change(pinned, said)
  } catch (thrown) {
    await desk.workspace.remove(pinned.id)
    throw thrown
  } finally {
    said.token?.fill(0)
  }
}

/** Where a clone keeps its settings they stay; what was said here is written there. */
async function settled({ location, clone }: Inspection, parsed: Parsed, dataDir: string): Promise<void> {
  if (!isGitLocation(location)) return
  const address = parseGitAddress(location)
  if (clone !== undefined) await rememberClone(address, dataDir, clone)
  await settle(parsed, address, dataDir)
}

export async function askWords(
  { digest, anchorWord, title, later = [] }: Pick<Inspection, 'digest' | 'anchorWord' | 'title' | 'later'>,
  about: readonly string[],
  io: Io,
  otherwise = 'in a script there is --digest SHA256',
): Promise<void> {
  const words = toWords(parseHex(digest, 'the digest'))
  const first = randomInt(words.length)
  const second = (first + 1 + randomInt(words.length - 1)) % words.length
  const question = [
    ...about,
    `Its ${anchorWord} in words:`,
    ...wordLines(digest, [first, second]),
    'Compare with the words you were given by someone you trust; two are asked for.',
  ].join('\n')
  for (const [i, at] of [first, second].entries()) {
    const typed = await io.ask(
      `${i === 0 ? `${question}\n` : ''}Type word ${at + 1}, as you were given it: `,
      otherwise,
    )
    if (typed.trim().toLowerCase() === words[at]?.toLowerCase()) continue
    throw differs(`word ${at + 1}`, anchorWord, later.length === 0 ? undefined : title)
  }
}

export function checkDigest(
  wanted: string,
  found: string,
  anchorWord: string,
  { title, later = [] }: Partial<Pick<Inspection, 'title' | 'later'>> = {},
): void {
  // Registries, and others, write the kind of a digest in front of it.
  const digits = wanted.replace(/^sha256:/i, '').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(digits)) {
    throw new AppError({
      code: 'usage/invalid',
      message: '--digest takes the 64 hexadecimal digits of a sha256',
      hint: 'ask the repository admin for the digest that "countersign status" shows them',
    })
  }
  if (digits === found) return
  const known = later.find(({ digest }) => digest === digits)
  if (known === undefined) throw differs('the digest', anchorWord)
  throw new AppError({
    code: 'trust/changed',
    message: `that is the digest of ${known.title}, and pinning begins with ${title}, digest ${found}; nothing was pinned`,
    hint: `have that one confirmed, which "countersign status" shows the admin too; or pin the file you have: --root FILE`,
  })
}

/** `first`: with which pinning begins, where others have followed. */
function differs(what: string, anchorWord: string, first?: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${what} is not what this repository’s ${anchorWord} says; nothing was pinned`,
    hint: `ask the repository admin for the words of ${first === undefined ? `the ${anchorWord}` : `${first}, with which pinning begins,`} once more`,
  })
}

export const forgetCommand: Command = {
  name: 'forget',
  usage: 'forget SOURCE',
  summary: 'Ends the trust in a pinned repository; its files stay as they are.',
  options: {},
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await findPinned(desk, parsed.positionals[0] ?? '')
    const { id, name, location } = source
    const lost = source.system === 'warg' ? await lostWith(desk.workspace.files, id, io.signal) : undefined
    await forget(desk.workspace, source)
    const left = isCarriedLocation(location) ? 'what was carried here is gone' : `nothing in ${location} was touched`
    const data = { forgotten: id, name, location, ...(lost === undefined ? {} : { lost }) }
    return answer(data, `forgot ${name}; ${left}`, ...wrapped(lost === undefined ? [] : lostLines(lost)))
  },
}

function lostLines({ approvers, waiting }: Lost): string[] {
  const lists = approvers.length === 0 ? [] : [`gone with it: who must approve changes of ${approvers.join(', ')}`]
  const records = waiting.length === 0 ? [] : [`gone with it: what waited here for ${waiting.join(', ')}`]
  return [...lists, ...records]
}
