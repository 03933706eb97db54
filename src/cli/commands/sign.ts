// sign: one key agrees to one change, or to several in one sitting.
import { approve, openEntries } from '../../core/approve.ts'
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { PublicKey, Signer } from '../../core/signer.ts'
import { signingsSentence } from '../../core/signings.ts'
import type { Transport } from '../../core/transport.ts'
import { sendingCost, sendingKey, sendingTo } from '../../node/asfaload/asking.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { purposeOf } from '../../node/draft-signing.ts'
import { isWebLocation, openLocation, parseLocation } from '../../node/location.ts'
import { publishesByItself } from '../../node/open-source.ts'
import { isKeyUri } from '../../node/pkcs11/uri.ts'
import { readSavedKeys } from '../../node/saved-keys.ts'
import { stewardOf } from '../../node/steward.ts'
import { askingOptions, openAsked } from '../asfaload/asking.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { confirm } from '../confirm.ts'
import { signerFor } from '../find-key.ts'
import { tokenOptions } from '../parse.ts'
import { digitsToAct, pickProposal } from '../pick-proposal.ts'
import { plugPractice } from '../practice.ts'
import { compareScreens, skipScreens } from '../second-screen.ts'
import { askingOnce, contextOf, deskFor, rootOption } from '../session.ts'
import { proposalData, quorumsLines } from '../show.ts'
import { signSeveral } from '../sign-several.ts'
import { nextSteps, signedLine, wayBack } from '../signed.ts'
import { sourceAgain } from '../source-again.ts'
import { withOutcome } from '../standing.ts'
import { quoted } from '../text.ts'

export const signCommand: Command = {
  name: 'sign',
  usage: 'sign SOURCE ID... --key KEY [--to TARGET] [--dry-run] [--yes]',
  summary: 'Signs a change with one key, after you have read what "countersign review" says about it.',
  details: [
    'ID is what review prints: with the digits of the digest exactly what you reviewed is signed, or nothing.',
    'The subject ("root") stands for whatever waits there now. Several are signed in one sitting, with one PIN.',
    'In a terminal the change is shown once more, and a word of its fingerprint must be typed.',
    'KEY is a key here or in the ssh-agent, as "countersign keys list" shows it, or its name; a key on a token, as',
    '"countersign tokens list" shows it (piv:15835999/9c), or the name of the person it was enrolled for; or the',
    'address of a key in a PKCS#11 module (pkcs11:token=..., hsm:2?label=...).',
    'A change that was carried here is compared with a second screen: three words of it are asked for, too.',
    'With --to the signed candidate is written into another folder, and SOURCE stays as it is.',
  ],
  options: {
    ...rootOption,
    ...askingOptions,
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
    ...tokenOptions,
  },
  arity: [2, 33],
  // One decision may take several signatures.
  run: (parsed, io, dataDir) => askingOnce(io, (once) => run(parsed, once, dataDir)),
}

async function run(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const source = await openAsked(desk, parsed, io)
  const to = parsed.text('to')
  const target = targetOf(to, source)
  const proposals = await pick(desk, source, parsed.positionals.slice(1), parsed.flag('first'), io)
  const key = parsed.text('key')
  if (key === undefined) throw await keyMissing(desk, proposals, io)
  await plugPractice(parsed, desk, io)
  const purpose = proposals.length === 1 ? undefined : purposeOf(proposals, source)
  const suits = (one: PublicKey): boolean => proposals.some((proposal) => openEntries(proposal, one).length > 0)
  const signer = await signerFor(desk, key, io, purpose, suits)
  // What cannot be written here is said before anybody reads, types or touches anything.
  if (target === source.transport) await stewardOf(source).beforeSigning(io.signal)
  if (parsed.flag('dry-run')) return rehearse(proposals, signer, source, target, io)
  // A key that may sign none of it is refused below; nobody reads and types for nothing.
  const isAsked = io.isInteractive && !parsed.flag('yes')
  for (const proposal of suits(signer.key) ? proposals : []) {
    if (isAsked) await confirm(proposal, io)
    if (source.carried === true) await (isAsked ? compareScreens : skipScreens)(proposal, source, desk, io)
  }
  for (const line of suits(signer.key) ? askedOften(proposals, signer, source) : []) io.note(line)
  const sender = target === source.transport ? sendingKey(source, proposals, signer, desk.signer) : undefined
  if (sender !== undefined) for (const line of await sendingCosts(proposals, signer, source, io)) io.note(line)
  const [proposal, another] = proposals
  if (proposal === undefined || another !== undefined) {
    return signSeveral(
      proposals,
      signer,
      source,
      sender === undefined ? target : sendingTo(source, sender),
      { to, again: sourceAgain(parsed) },
      desk,
      io,
    )
  }
  const result = await desk.approve(source, proposal.id, signer.id, target, io.signal).catch((thrown: unknown) => {
    throw suits(signer.key) ? thrown : withWayBack(thrown, source, sourceAgain(parsed))
  })
  const isServed = publishesByItself(source) && to === undefined
  const said = answer(
    { signed: true, files: result.files, proposal: proposalData(result.proposal) },
    signedLine(proposal, signer),
    ...quorumsLines(result.proposal.quorums),
    ...(result.remark === undefined ? [] : [result.remark]),
    ...(isServed ? [] : await nextSteps([result.proposal], { to, again: sourceAgain(parsed) }, desk, source)),
  )
  return isServed ? withOutcome(said, result.proposal, source, io) : said
}

/** Said before: a finger that is taken away after the first touch keeps the key waiting. */
function askedOften(proposals: readonly Proposal[], signer: Signer, { system }: OpenSource): string[] {
  return proposals.flatMap((one) => signingsSentence(one, system, signer) ?? [])
}

/** A signature goes to a backend in a question that is signed, too: said once, where it is the same for all. */
async function sendingCosts(proposals: readonly Proposal[], signer: Signer, source: OpenSource, io: Io) {
  const costs = await Promise.all(proposals.map((one) => sendingCost(source, one, signer, io.signal)))
  return [...new Set(costs.flatMap((cost) => cost ?? []))]
}

/** Who signs a carried change a second time has forgotten that the signature must go back. */
function withWayBack(thrown: unknown, source: OpenSource, again: string): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'usage/invalid' || source.carried !== true) return thrown
  const { code, message } = thrown
  return new AppError({ code, message, hint: wayBack(again), cause: thrown })
}

/** Each change once, also when it was named twice. */
async function pick(
  desk: Desk,
  source: OpenSource,
  ids: readonly string[],
  isFirst: boolean,
  io: Io,
): Promise<Proposal[]> {
  const picked = new Map<string, Proposal>()
  // Nobody vouches for a first root but whoever compared it: its name alone would stand for whatever the service shows by now.
  const vague = isFirst ? ids.find((id) => !/^(.+\/)?[0-9a-f]{64}$/i.test(id)) : undefined
  if (vague !== undefined) throw notWhole(vague)
  for (const id of ids) {
    const proposal = await pickProposal(desk, source, id, io.signal, digitsToAct)
    picked.set(proposal.id, proposal)
  }
  return [...picked.values()]
}

function notWhole(id: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `a first root is signed by its whole digest, and ${id} is none`,
    hint: 'compare its words with the other key holders; the digest is shown by: countersign review SOURCE root',
  })
}

async function keyMissing(desk: Desk, proposals: readonly Proposal[], io: Io): Promise<AppError> {
  const files = await desk.signers(io.signal)
  const saved = savedFor(proposals)
  if (saved.length > 0) {
    const hint = `tuf-on-ci-sign has used ${saved.map((uri) => `--key ${quoted(uri)}`).join(', or ')}`
    return new AppError({ code: 'usage/invalid', message: '--key is missing', hint })
  }
  const hint = `keys here: ${files.map(({ id }) => id).join(', ') || 'none; make one: countersign keys create NAME'}`
  return new AppError({ code: 'usage/invalid', message: '--key is missing', hint })
}

/** Addresses of keys on tokens that the other tool remembers, of keys that have not signed yet. */
function savedFor(proposals: readonly Proposal[]): string[] {
  const saved = readSavedKeys()
  const open = proposals.flatMap(({ quorums }) => quorums.flatMap(({ keys }) => keys.filter(({ signed }) => !signed)))
  return [...new Set(open.flatMap(({ ids }) => ids.flatMap((id) => saved.get(id) ?? [])))].filter(isKeyUri)
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

/** Thrown where the signature would be made: everything before it went well. */
class WouldSign extends Error {
  override readonly name = 'WouldSign'
}

async function rehearse(
  proposals: readonly Proposal[],
  signer: Signer,
  source: OpenSource,
  target: Transport,
  io: Io,
): Promise<Answer> {
  const { id, label, key, asks, rehearsal } = signer
  const sign = async (): Promise<Uint8Array> => {
    throw new WouldSign()
  }
  for (const proposal of proposals) {
    try {
      const stopping: Signer = { id, label, key, asks, rehearsal, sign }
      await approve(proposal.id, source.system, source.transport, target, stopping, contextOf(source, io))
    } catch (thrown) {
      if (!(thrown instanceof WouldSign)) throw thrown
    }
  }
  const all = proposals.map(proposalData)
  return answer(
    { dryRun: true, ...(all.length === 1 ? { proposal: all[0] } : { proposals: all }) },
    ...proposals.map(({ title, headline }) => `${label} could sign ${title}: ${headline}`),
    ...askedOften(proposals, signer, source),
    'Nothing was signed, and nothing was written.',
  )
}
