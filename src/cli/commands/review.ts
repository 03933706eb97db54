// status, pending, review: looking, without touching anything.
import { isComplete, isMet, signedCount } from '../../core/proposal.ts'
import { answer, type Command } from '../command.ts'
import { deskFor, openSource, pickProposal, rootOption } from '../session.ts'
import { proposalData, reviewLines, stateData, stateLines } from '../show.ts'

export const statusCommand: Command = {
  name: 'status',
  usage: 'status SOURCE',
  summary: 'Verifies a repository from its pinned root and says what is trusted: roles, key holders, expiry.',
  options: rootOption,
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed)
    const state = await desk.state(source, io.signal)
    return answer(stateData(state), ...stateLines(source.pinned.name, state, io.now()))
  },
}

export const pendingCommand: Command = {
  name: 'pending',
  usage: 'pending SOURCE',
  summary: 'Lists the changes that wait for signatures.',
  options: rootOption,
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const { proposals, problems } = await desk.pending(await openSource(desk, parsed), io.signal)
    const lines = proposals.map((proposal) => {
      const state = proposal.quorums.map(
        (one) => `${one.name} ${signedCount(one)} of ${one.threshold}${isMet(one) ? ' reached' : ''}`,
      )
      const end = isComplete(proposal) ? ', ready to publish' : ''
      return `${proposal.subject}  ${proposal.title}: ${proposal.headline} (${state.join(', ')}${end})`
    })
    const broken = problems.map(({ subject, error }) => `${subject}  cannot be reviewed: ${error.message}`)
    const none = proposals.length + problems.length === 0 ? ['nothing waits'] : []
    const data = {
      proposals: proposals.map(proposalData),
      problems: problems.map(({ subject, error }) => ({ subject, code: error.code, message: error.message })),
    }
    return answer(data, ...none, ...lines, ...broken)
  },
}

export const reviewCommand: Command = {
  name: 'review',
  usage: 'review SOURCE [ID]',
  summary: 'Says in words what a change does: most dangerous first, every field, who signed, who is missing.',
  details: ['ID is the subject ("root"), or the beginning of the digest; with one change waiting it may be left out.'],
  options: { ...rootOption, raw: { form: '--raw', text: 'print the candidate file itself instead', type: 'boolean' } },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const proposal = await pickProposal(desk, await openSource(desk, parsed), parsed.positionals[1], io.signal)
    if (parsed.flag('raw'))
      return answer({ raw: new TextDecoder().decode(proposal.after) }, new TextDecoder().decode(proposal.after))
    return answer(proposalData(proposal), ...reviewLines(proposal))
  },
}
