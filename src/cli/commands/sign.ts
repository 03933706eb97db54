// sign, propose, publish: the commands that write, each after verifying what the result would be.
import { readFile } from 'node:fs/promises'
import { openEntries } from '../../core/approve.ts'
import { AppError } from '../../core/error.ts'
import { isComplete, type Proposal } from '../../core/proposal.ts'
import { overlay, snapshot, type Transport } from '../../core/transport.ts'
import { openLocation } from '../../node/location.ts'
import { answer, type Command } from '../command.ts'
import { deskFor, openSource, pickProposal, rootOption } from '../session.ts'
import { proposalData, quorumLines } from '../show.ts'

export const signCommand: Command = {
  name: 'sign',
  usage: 'sign SOURCE ID --key KEY [--to TARGET] [--dry-run]',
  summary: 'Signs a change with one key. Review it first: what is signed is exactly what review showed under this ID.',
  details: [
    'KEY is the id of a key (see: countersign keys list), or its name.',
    'With --to the signed candidate is written into another folder, and SOURCE stays as it is.',
  ],
  options: {
    ...rootOption,
    key: { form: '--key KEY', text: 'the key to sign with', type: 'string' },
    to: { form: '--to TARGET', text: 'write the result into this folder', type: 'string' },
    'dry-run': { form: '--dry-run', text: 'do everything but ask for a secret, sign and write', type: 'boolean' },
  },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed)
    const proposal = await pickProposal(desk, source, parsed.positionals[1], io.signal)
    const signers = await desk.signers(io.signal)
    const wanted = parsed.text('key')
    const signer = signers.find(({ id }) => id === wanted || id === `file:${wanted}` || id === `rehearsal:${wanted}`)
    if (wanted === undefined || signer === undefined) {
      throw new AppError({
        code: wanted === undefined ? 'usage/invalid' : 'signer/absent',
        message: wanted === undefined ? '--key is missing' : `there is no key ${wanted} here`,
        hint: `keys here: ${signers.map(({ id }) => id).join(', ') || 'none; countersign keys create NAME'}`,
      })
    }
    if (parsed.flag('dry-run')) {
      const able = openEntries(proposal, signer.key).length > 0
      const line = able
        ? `${signer.label} could sign ${proposal.title}`
        : `${signer.label} cannot sign ${proposal.title}`
      if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
      return answer({ dryRun: true, able, proposal: proposalData(proposal) }, `${line}; nothing was signed`)
    }
    const to = parsed.text('to')
    const target = to === undefined ? source.transport : openLocation(to, { create: true })
    io.note(`signing ${proposal.title}: ${proposal.headline}`)
    const result = await desk.approve(source, proposal.id, signer.id, target, io.signal)
    return answer(
      { signed: true, files: result.files, proposal: proposalData(result.proposal) },
      `signed ${proposal.title} with ${signer.label}`,
      ...result.proposal.quorums.flatMap(quorumLines),
      nextStep(result.proposal, to),
    )
  },
}

function nextStep(proposal: Proposal, to: string | undefined): string {
  if (to !== undefined) return `The signed candidate is in ${to}.`
  return isComplete(proposal)
    ? 'Enough keys have signed: countersign publish SOURCE'
    : 'More signatures are needed before it can be published.'
}

export const proposeCommand: Command = {
  name: 'propose',
  usage: 'propose SOURCE ROLE FILE',
  summary: 'Makes a complete metadata file the candidate for the next version of a role.',
  details: ['The file must be a whole TUF document of the next version; it replaces a candidate that is there.'],
  options: rootOption,
  arity: [3, 3],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed)
    const [, subject = '', file = ''] = parsed.positionals
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new AppError({ code: 'source/not-found', message: `${file} cannot be read`, cause })
    })
    const proposal = await propose(source, subject, new Uint8Array(bytes), {
      anchor: source.trust.anchor,
      memory: source.trust.memory,
      now: io.now(),
      signal: io.signal,
    })
    return answer(proposalData(proposal), `${proposal.title} waits for signatures: ${proposal.headline}`)
  },
}

async function propose(
  { system, transport }: Awaited<ReturnType<typeof openSource>>,
  subject: string,
  document: Uint8Array,
  context: Parameters<typeof system.draft>[2],
): Promise<Proposal> {
  const before = snapshot(transport)
  const files = await system.draft({ subject, document }, before, context)
  for (const name of files.keys()) await before.read(name, document.length + 64 * 1024 * 1024, context.signal)
  const result: Transport = overlay(before, files)
  const { proposals } = await system.pending(result, context)
  const proposal = proposals.find((one) => one.subject === subject)
  if (proposal === undefined) throw new AppError({ code: 'internal/bug', message: 'the draft is not pending' })
  await transport.write(files, before.seen(files.keys()), `propose ${proposal.title}`, context.signal)
  return proposal
}

export const publishCommand: Command = {
  name: 'publish',
  usage: 'publish SOURCE [ID]',
  summary:
    'Puts changes with enough signatures into effect, with a new snapshot and timestamp when their keys are here.',
  options: rootOption,
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed)
    const ready = await readyProposals(desk, source, parsed.positionals[1], io.signal)
    const published: { title: string; files: readonly string[] }[] = []
    for (const proposal of ready) {
      const { files } = await desk.publish(source, proposal.id, io.signal)
      published.push({ title: proposal.title, files })
    }
    const lines = published.flatMap(({ title, files }) => [`published ${title}`, ...files.map((name) => `  ${name}`)])
    return answer({ published }, ...lines)
  },
}

async function readyProposals(
  desk: ReturnType<typeof deskFor>,
  source: Awaited<ReturnType<typeof openSource>>,
  id: string | undefined,
  signal: AbortSignal,
): Promise<Proposal[]> {
  if (id !== undefined) return [await pickProposal(desk, source, id, signal)]
  const { proposals } = await desk.pending(source, signal)
  const ready = proposals.filter(isComplete)
  // Root first: it may change who the others must be signed by.
  ready.sort((a, b) => Number(b.subject === 'root') - Number(a.subject === 'root'))
  if (ready.length > 0) return ready
  throw new AppError({
    code: 'trust/threshold',
    message: proposals.length === 0 ? 'no change waits here' : 'no change has enough signatures yet',
    hint: 'see what is missing: countersign pending SOURCE',
  })
}
