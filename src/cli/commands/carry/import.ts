// import: a request that was carried here, judged from a root that is trusted here, and kept to be reviewed and signed.
import { AppError } from '../../../core/error.ts'
import { maxBytes } from '../../../core/systems/tuf/names.ts'
import { lookAtRequest } from '../../../core/transfer/look.ts'
import { noPlaceYet } from '../../../node/carried/address.ts'
import { nothingBefore, takeIn } from '../../../node/carried/taking-in.ts'
import type { Desk } from '../../../node/desk.ts'
import { inspectAnchor } from '../../../node/inspect.ts'
import { answer, type Command, type Io, type Parsed } from '../../command.ts'
import { readNamed } from '../../input.ts'
import { deskFor } from '../../session.ts'
import { proposalData } from '../../show.ts'
import { quoted } from '../../text.ts'
import { askWords, checkDigest } from '../pin.ts'
import { readCarried } from './input.ts'
import { askedLines } from './words.ts'

export const importCommand: Command = {
  name: 'import',
  usage: 'import FILE [--root FILE] [--digest SHA256] [--name NAME] [--replace]',
  summary: 'Takes in a request for signatures that was carried here; then review and sign it as any change.',
  details: [
    'The request must lead from a root that is pinned here. Where none is, the root that it starts from is pinned after',
    'you typed two of its words, which must come from someone you trust, by another way than the request itself.',
    'FILE may be -, which is standard input, and hold the texts of QR codes, a line each, as zbarcam --raw writes them.',
  ],
  options: {
    root: { form: '--root FILE', text: 'pin this root for it, where none is pinned yet', type: 'string' },
    digest: { form: '--digest SHA256', text: 'the digest of that root’s signed bytes, 64 digits', type: 'string' },
    name: { form: '--name NAME', text: 'what to call the repository here', type: 'string' },
    replace: { form: '--replace', text: 'give up another change of the same role that waits here', type: 'boolean' },
  },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const file = parsed.positionals[0] ?? ''
    const { kind, bytes } = await readCarried(file, io)
    if (kind === 'reply') throw isReply(file)
    const desk = deskFor(io, dataDir)
    let hasPinned = false
    const { source, request, proposal, id } = await takeIn({ name: file, bytes }, desk, {
      replace: parsed.flag('replace'),
      pin: (reasons) => {
        hasPinned = true
        return pinFor(bytes, reasons, desk, parsed, io)
      },
      now: io.now(),
      signal: io.signal,
    })
    const name = quoted(source.pinned.name)
    // The root is one that was pinned before: a digest or a root of this call has no say.
    const unused = hasPinned ? [] : ['root', 'digest', 'name'].filter((option) => parsed.text(option) !== undefined)
    return answer(
      { source: source.pinned.name, request: id, proposal: proposalData(proposal) },
      `${proposal.title}: ${proposal.headline}`,
      ...askedLines(request),
      `Verified from what is pinned as ${source.pinned.name}. Nothing is signed yet.`,
      ...unused.map((option) => `--${option} was not needed: it was pinned before.`),
      `  countersign review ${name} ${quoted(proposal.subject)}`,
    )
  },
}

async function pinFor(
  bytes: Uint8Array,
  reasons: readonly string[],
  { systems }: Desk,
  parsed: Parsed,
  io: Io,
): Promise<{ name: string; anchor: Uint8Array }> {
  const rootFile = parsed.text('root')
  const digest = parsed.text('digest')
  const { request, form, anchor } = await lookAtRequest(bytes, parsed.positionals[0] ?? '', systems.forms, {
    now: io.now(),
    signal: io.signal,
  })
  const name = parsed.text('name') ?? (request.repository || 'carried')
  const found =
    rootFile === undefined
      ? anchor
      : await inspectAnchor(noPlaceYet, readNamed(rootFile, maxBytes.root), rootFile, [form])
  if (found === undefined) throw nothingBefore(parsed.positionals[0] ?? '', form)
  if (digest === undefined && reasons.length > 0)
    io.note(`No repository pinned here leads to it. ${reasons.join('. ')}.`)
  if (digest !== undefined) checkDigest(digest, found.digest, form.anchorWord)
  else {
    // Words are typed on standard input, and there the codes came in.
    const script = 'in a script there is --digest SHA256'
    const otherwise = parsed.positionals[0] === '-' ? `name a file instead of -; ${script}` : script
    const about = [`${found.title}, from which the request must be trusted`]
    await askWords({ ...found, anchorWord: form.anchorWord }, about, io, otherwise)
  }
  return { name, anchor: found.bytes }
}

function isReply(file: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${file} is a reply, with signatures`,
    hint: `it belongs where the repository is, and there: countersign combine SOURCE ${quoted(file)}`,
  })
}
