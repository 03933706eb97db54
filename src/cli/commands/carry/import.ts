// import: a request that was carried here, judged from a root that is trusted here, and kept to be reviewed and signed.
import { AppError } from '../../../core/error.ts'
import { carriedLayout } from '../../../core/systems/tuf/layouts/carried.ts'
import { maxBytes } from '../../../core/systems/tuf/names.ts'
import { tufSystem } from '../../../core/systems/tuf/system.ts'
import { lookAtRequest } from '../../../core/transfer/look.ts'
import { parseRequest } from '../../../core/transfer/request.ts'
import { newPlace, placeFor, receive, vouchedBy } from '../../../node/carried/arrival.ts'
import { forget } from '../../../node/carried/forgetting.ts'
import type { Desk } from '../../../node/desk.ts'
import { inspectRoot } from '../../../node/inspect.ts'
import type { PinnedSource, Trust } from '../../../node/workspace.ts'
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
    const request = parseRequest(bytes, file)
    const desk = deskFor(io, dataDir)
    const found = await vouchedBy(request, desk, io.now(), io.signal)
    const pinned =
      'reasons' in found ? await pinFor(bytes, found.reasons, parsed, desk, io) : await placeOf(found, desk)
    try {
      const source = await desk.open(pinned.source.id, undefined, io.signal)
      const arrival = await receive(bytes, file, source, desk, { replace: parsed.flag('replace'), signal: io.signal })
      const { proposal, id } = arrival
      const name = quoted(source.pinned.name)
      return answer(
        { source: source.pinned.name, request: id, proposal: proposalData(proposal) },
        `${proposal.title}: ${proposal.headline}`,
        ...askedLines(request),
        `Verified from the root pinned as ${source.pinned.name}. Nothing is signed yet.`,
        `  countersign review ${name} ${quoted(proposal.subject)}`,
      )
    } catch (thrown) {
      // What was pinned for a request that cannot be used is not kept either.
      if (pinned.isNew) await forget(desk.workspace, pinned.source)
      throw thrown
    }
  },
}

async function placeOf(
  found: { source: PinnedSource; trust: Trust },
  desk: Desk,
): Promise<{ source: PinnedSource; isNew: boolean }> {
  const source = await placeFor(found, desk)
  return { source, isNew: source.id !== found.source.id }
}

async function pinFor(
  bytes: Uint8Array,
  reasons: readonly string[],
  parsed: Parsed,
  desk: Desk,
  io: Io,
): Promise<{ source: PinnedSource; isNew: boolean }> {
  const rootFile = parsed.text('root')
  const digest = parsed.text('digest')
  const { request, anchor } = await lookAtRequest(bytes, parsed.positionals[0] ?? '', tufSystem(carriedLayout), {
    now: io.now(),
    signal: io.signal,
  })
  const name = parsed.text('name') ?? (request.repository || 'carried')
  const found =
    rootFile === undefined
      ? anchor
      : await inspectRoot('carried:0000000000000000', readNamed(rootFile, maxBytes.root), rootFile)
  if (digest === undefined && reasons.length > 0)
    io.note(`No repository pinned here leads to it. ${reasons.join('. ')}.`)
  if (digest !== undefined) checkDigest(digest, found.digest)
  else await askWords(found.digest, [`${found.title}, from which the request must be trusted`], io)
  return { source: await newPlace(name, found.bytes, desk), isNew: true }
}

function isReply(file: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${file} is a reply, with signatures`,
    hint: `put them in place: countersign combine SOURCE ${quoted(file)}`,
  })
}
