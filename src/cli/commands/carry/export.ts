// export: a change leaves for an air gap as one file; where it was carried to, the signatures that were made there leave.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../core/error.ts'
import type { Proposal } from '../../../core/proposal.ts'
import type { Density } from '../../../core/transfer/frames.ts'
import { departureName, replyFor, requestFor, signersIn } from '../../../node/carried/departure.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { answer, type Command, type Parsed } from '../../command.ts'
import { pickProposal } from '../../pick-proposal.ts'
import { deskFor, openSource, rootOption } from '../../session.ts'
import { quoted } from '../../text.ts'

export const exportCommand: Command = {
  name: 'export',
  usage: 'export SOURCE [ID] --to FILE|--qr [--reason TEXT] [--as NAME] [--from VERSION] [--attestation]',
  summary: 'Writes a change that waits into one file, with all that is needed to verify it; or the signatures, back.',
  details: [
    'Of a repository the file is a request: the change exactly as it waits, and all that is needed to verify it; of TUF',
    'the chain of roots, and what clients read on the way to it. Of a request that was imported it is the reply: the',
    'signatures that were made here.',
    'FILE is a new file, or a folder (a stick), where it gets a name of its own.',
  ],
  options: {
    ...rootOption,
    to: { form: '--to FILE', text: 'the file to write, or the folder to write it into', type: 'string' },
    qr: { form: '--qr', text: 'show QR codes in this terminal, until Enter is pressed', type: 'boolean' },
    density: { form: '--density coarse|normal|dense', text: 'of the QR codes; coarse unless said', type: 'string' },
    reason: { form: '--reason TEXT', text: 'why it should be signed, for the people who are asked', type: 'string' },
    as: { form: '--as NAME', text: 'who asks; your user name when nothing is said', type: 'string' },
    from: {
      form: '--from VERSION',
      text: 'the root that the receiver trusts, when it is not the one pinned here',
      type: 'string',
    },
    attestation: {
      form: '--attestation',
      text: 'in a reply: with the certificates by which the token proves its key',
      type: 'boolean',
    },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const to = parsed.text('to')
    const density = densityOf(parsed)
    checkWay(to, parsed)
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed, io.signal)
    const proposal = await pickProposal(desk, source, parsed.positionals[1], io.signal)
    const isReply = source.carried === true
    checkFits(isReply, parsed)
    const asking = {
      reason: parsed.text('reason') ?? '',
      ...askedByOf(parsed),
      at: io.now(),
      ...fromOf(parsed),
    }
    const bytes = isReply
      ? await replyFor(source, proposal, desk, io.signal, parsed.flag('attestation'))
      : await requestFor(source, proposal, asking, desk, io.signal)
    const kind = isReply ? 'reply' : 'request'
    if (to === undefined) {
      // No other command needs codes, and each of them starts without.
      const { codesOf, showCodes } = await import('../../qr-show.ts')
      const codes = await codesOf(bytes, density)
      const texts = Array.from({ length: codes.blocks === 1 ? 1 : 2 * codes.blocks }, (_, at) => codes.frame(at + 1))
      if (!parsed.flag('json')) await showCodes(codes, io)
      return answer({ kind, bytes: bytes.length, digest: proposal.digest, texts }, `the ${kind} was shown`)
    }
    const path = pathFor(to, source.pinned.name, proposal, kind, isReply ? signersIn(bytes, proposal, desk) : [])
    await writeNewFile(path, bytes)
    return answer(
      { file: path, kind, bytes: bytes.length, digest: proposal.digest },
      `${path}: the ${isReply ? 'signatures for' : 'request to sign'} ${proposal.title}, ${bytes.length} bytes`,
      isReply
        ? `Carry it to where the repository is, and there: countersign combine ${quoted(source.pinned.name)} FILE`
        : 'Carry it to whoever signs, and there: countersign import FILE; on a second screen: countersign inspect FILE',
    )
  },
}

function checkWay(to: string | undefined, parsed: Parsed): void {
  const isShown = parsed.flag('qr')
  if ((to !== undefined) !== isShown) {
    if (isShown || parsed.text('density') === undefined) return
    throw new AppError({
      code: 'usage/invalid',
      message: '--density is of QR codes, and a file is written',
      hint: 'leave it out, or take --qr instead of --to',
    })
  }
  throw new AppError({
    code: 'usage/invalid',
    message: isShown ? '--to and --qr are two ways' : '--to is missing',
    hint: 'name the file to write, or the folder of the stick: --to FILE; or show QR codes: --qr',
  })
}

/** What would be passed over is refused: who gave a reason thinks that somebody reads it. */
function checkFits(isReply: boolean, parsed: Parsed): void {
  const others = isReply ? ['reason', 'as', 'from'].filter((name) => parsed.text(name) !== undefined) : []
  if (!isReply && parsed.flag('attestation')) others.push('attestation')
  const [first] = others
  if (first === undefined) return
  throw new AppError({
    code: 'usage/invalid',
    message: `--${first} is of a ${isReply ? 'request' : 'reply'}, and this is a ${isReply ? 'reply' : 'request'}`,
    hint: `leave out --${first}`,
  })
}

function densityOf(parsed: Parsed): Density | undefined {
  const text = parsed.text('density')
  if (text === undefined || text === 'coarse' || text === 'normal' || text === 'dense') return text
  throw new AppError({
    code: 'usage/invalid',
    message: `--density takes coarse, normal or dense, not ${text}`,
    hint: 'coarse codes are read by any camera; dense ones need fewer',
  })
}

function askedByOf(parsed: Parsed): { askedBy?: string } {
  const text = parsed.text('as')
  return text === undefined ? {} : { askedBy: text }
}

function fromOf(parsed: Parsed): { from?: number } {
  const text = parsed.text('from')
  if (text === undefined) return {}
  if (/^[1-9]\d{0,8}$/.test(text)) return { from: Number(text) }
  throw new AppError({
    code: 'usage/invalid',
    message: `--from takes the version of a root, not ${text}`,
    hint: 'for example: --from 3',
  })
}

/** A folder gets a file with a name of its own. */
export function pathFor(
  to: string,
  name: string,
  proposal: Proposal,
  kind: 'request' | 'reply',
  by: readonly string[] = [],
): string {
  if (statSync(to, { throwIfNoEntry: false })?.isDirectory() !== true) return to
  return join(to, departureName(name, proposal, kind, by))
}
