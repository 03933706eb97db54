// sign: one key agrees to one change.
import { approve } from '../../core/approve.ts'
import { parseHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { isComplete, type Proposal } from '../../core/proposal.ts'
import type { Signer } from '../../core/signer.ts'
import type { Transport } from '../../core/transport.ts'
import { toWords } from '../../core/words.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { isWebLocation, openLocation, parseLocation } from '../../node/location.ts'
import { type Answer, answer, type Command, type Io } from '../command.ts'
import { contextOf, deskFor, digitsToAct, openSource, pickProposal, rootOption, sourceAgain } from '../session.ts'
import { proposalData, quorumLines, reviewLines } from '../show.ts'

export const signCommand: Command = {
  name: 'sign',
  usage: 'sign SOURCE ID --key KEY [--to TARGET] [--dry-run] [--yes]',
  summary: 'Signs a change with one key, after you have read what "countersign review" says about it.',
  details: [
    'ID is what review prints: with the digits of the digest exactly what you reviewed is signed, or nothing.',
    'The subject ("root") stands for whatever waits there now.',
    'In a terminal the change is shown once more, and a word of its fingerprint must be typed.',
    'KEY is a key of this machine, as "countersign keys list" shows it, or only its name.',
    'With --to the signed candidate is written into another folder, and SOURCE stays as it is.',
  ],
  options: {
    ...rootOption,
    key: { form: '--key KEY', text: 'the key to sign with', type: 'string' },
    yes: {
      form: '--yes',
      text: 'in a terminal: do not show the change once more and ask for a word of it',
      type: 'boolean',
    },
    to: { form: '--to TARGET', text: 'write the result into this folder', type: 'string' },
    'dry-run': {
      form: '--dry-run',
      text: 'check everything, but ask for no secret, sign and write nothing',
      type: 'boolean',
    },
  },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed)
    const to = parsed.text('to')
    const target = targetOf(to, source)
    const proposal = await pickProposal(desk, source, parsed.positionals[1], io.signal, digitsToAct)
    const signer = await findSigner(desk, parsed.text('key'), io.signal)
    if (parsed.flag('dry-run')) return rehearse(proposal, signer, source, target, io)
    if (io.isInteractive && !parsed.flag('yes')) await confirm(proposal, io)
    const result = await desk.approve(source, proposal.id, signer.id, target, io.signal)
    return answer(
      { signed: true, files: result.files, proposal: proposalData(result.proposal) },
      `signed ${proposal.title} with ${signer.label}`,
      ...result.proposal.quorums.flatMap(quorumLines),
      nextStep(result.proposal, to, sourceAgain(parsed)),
    )
  },
}

/** A finger on Enter must not sign: the change is shown, and a word of it typed. */
async function confirm(proposal: Proposal, io: Io): Promise<void> {
  for (const line of reviewLines(proposal)) io.note(line)
  const [word = ''] = toWords(parseHex(proposal.digest, 'the digest'))
  const typed = await io.ask('To sign this, type word 1 of its fingerprint: ', 'in a script there is --yes')
  if (typed.trim().toLowerCase() === word.toLowerCase()) return
  throw new AppError({
    code: 'user/cancelled',
    message: 'that is not word 1; nothing was signed',
    hint: 'read the change again, then repeat',
  })
}

function targetOf(to: string | undefined, source: OpenSource): Transport {
  // The same place by another spelling is the source itself: there a conflict must be seen.
  if (to === undefined || parseLocation(to) === source.pinned.location) return source.transport
  if (!isWebLocation(parseLocation(to))) return openLocation(to, { create: true })
  throw new AppError({
    code: 'usage/invalid',
    message: `--to takes a folder, and ${to} is a web address`,
    hint: 'write into a folder, and upload it from there',
  })
}

async function findSigner(desk: Desk, wanted: string | undefined, signal: AbortSignal): Promise<Signer> {
  const signers = await desk.signers(signal)
  const hint = `keys here: ${signers.map(({ id }) => id).join(', ') || 'none; make one: countersign keys create NAME'}`
  if (wanted === undefined) throw new AppError({ code: 'usage/invalid', message: '--key is missing', hint })
  const signer = signers.find(({ id }) => id === wanted || id === `file:${wanted}` || id === `rehearsal:${wanted}`)
  if (signer !== undefined) return signer
  const name = wanted.replace(/^file:/, '')
  const { keys, problems } = await desk.keys.list(signal)
  if (keys.some((key) => key.name === name)) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `key ${name} is only a public key here`,
      hint: 'sign on the computer or token that holds its secret',
    })
  }
  // A damaged file is not a missing key; which of them was meant cannot be told from its inside.
  const damaged = problems.find((error) => error.message.includes(`${name.toLowerCase()}.json`))
  throw damaged ?? new AppError({ code: 'signer/absent', message: `there is no key ${wanted} here`, hint })
}

/** Thrown where the signature would be made: everything before it went well. */
class WouldSign extends Error {
  override readonly name = 'WouldSign'
}

async function rehearse(
  proposal: Proposal,
  signer: Signer,
  source: OpenSource,
  target: Transport,
  io: Io,
): Promise<Answer> {
  const stopping: Signer = {
    ...signer,
    sign: async () => {
      throw new WouldSign()
    },
  }
  try {
    await approve(proposal.id, source.system, source.transport, target, stopping, contextOf(source, io))
  } catch (thrown) {
    if (!(thrown instanceof WouldSign)) throw thrown
  }
  return answer(
    { dryRun: true, proposal: proposalData(proposal) },
    `${signer.label} could sign ${proposal.title}: ${proposal.headline}`,
    'Nothing was signed, and nothing was written.',
  )
}

function nextStep(proposal: Proposal, to: string | undefined, source: string): string {
  if (to !== undefined) return `The signed candidate is in ${to}.`
  return isComplete(proposal)
    ? `Enough keys have signed: countersign publish ${source}`
    : 'More signatures are needed before it can be published.'
}
