// propose: a document becomes the change that waits for signatures.
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Edit } from '../../core/system.ts'
import { maxBytes, typeOf } from '../../core/systems/tuf/names.ts'
import { overlay, snapshot, type Transport } from '../../core/transport.ts'
import type { OpenSource } from '../../node/desk.ts'
import { editedSource } from '../../node/open-source.ts'
import { openRoles } from '../../node/repository-view.ts'
import { readKeyedRoles } from '../../node/repository-walk.ts'
import { answer, type Command, type Io } from '../command.ts'
import { readInput } from '../input.ts'
import { namingRoles } from '../role-names.ts'
import { contextOf, deskFor, openSource, rootOption } from '../session.ts'
import { holderName, proposalData } from '../show.ts'
import { sourceAgain } from '../source-again.ts'
import { withStanding } from '../standing.ts'

export const proposeCommand: Command = {
  name: 'propose',
  usage: 'propose SOURCE ROLE FILE [--replace]',
  summary: 'Makes a complete metadata file the candidate for the next version of a role.',
  details: [
    'ROLE is root, targets, snapshot, timestamp or the name of a delegated role.',
    'FILE is a whole TUF document of the next version, with or without signatures; - reads standard input.',
    'The same document again adds the signatures it brings. Another one replaces the candidate that waits, which',
    'needs --replace when somebody has signed that one already. A repository that is served takes it only when a key',
    'that has a say has signed it.',
  ],
  options: {
    ...rootOption,
    replace: { form: '--replace', text: 'give up a candidate that people have signed', type: 'boolean' },
  },
  arity: [3, 3],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed, io.signal)
    const [, subject = '', file = ''] = parsed.positionals
    const bytes = await readInput(file, maxBytes[typeOf(subject)], io.signal)
    const lost = (await desk.pending(source, io.signal)).proposals.find((one) => one.subject === subject)
    const roles = async () =>
      source.layout === undefined && source.edits === undefined
        ? []
        : readKeyedRoles(await openRoles(editedSource(source), contextOf(source, io)))
    const edit = { subject, document: bytes, replace: parsed.flag('replace') }
    const proposal = await namingRoles(roles, () => propose(source, edit, io))
    const isOther = lost !== undefined && lost.id !== proposal.id
    const said = answer(
      { ...proposalData(proposal), ...(isOther ? { replaced: lost.id } : {}) },
      `${proposal.title}: ${proposal.headline}`,
      ...(isOther ? [`It replaces another candidate${signersOf(lost)}.`] : []),
    )
    return withStanding(said, [proposal], sourceAgain(parsed), source, io)
  },
}

function signersOf(lost: Proposal): string {
  const signed = lost.quorums.flatMap((quorum) => quorum.keys.filter((entry) => entry.signed).map(holderName))
  return signed.length === 0 ? '' : `, which had been signed by ${[...new Set(signed)].join(', ')}`
}

async function propose(source: OpenSource, edit: Edit, io: Io): Promise<Proposal> {
  const { system, transport } = source
  const context = contextOf(source, io)
  const before = snapshot(transport)
  const files = await system.draft(edit, before, context)
  const result: Transport = overlay(before, files)
  const { proposals } = await system.pending(result, context)
  const proposal = proposals.find((one) => one.subject === edit.subject)
  if (proposal === undefined) throw new AppError({ code: 'internal/bug', message: 'the draft is not pending' })
  await transport.write(files, before.seen(files.keys()), `propose ${proposal.title}`, context.signal)
  return proposal
}
