// inspect: what a file from an air gap holds, for somebody who has nothing pinned. Of a request this is a second screen.
import { toHex } from '../../../core/bytes.ts'
import { carriedForms } from '../../../core/systems/carried-forms.ts'
import { lookAtRequest } from '../../../core/transfer/look.ts'
import { parseReply } from '../../../core/transfer/reply.ts'
import { inQuotes } from '../../../core/visible.ts'
import { type Answer, answer, type Command, type Io } from '../../command.ts'
import { proposalData, reviewLines, wordLines, wordTable } from '../../show.ts'
import { readCarried } from './input.ts'
import { askedLines } from './words.ts'

export const inspectCommand: Command = {
  name: 'inspect',
  usage: 'inspect FILE',
  summary:
    'Shows what a request or a reply holds, worked out anew from its bytes; a second screen for whoever signs it.',
  details: [
    'Nothing needs to be pinned: a request is judged from the root that it brings along, and the words of that root must be',
    'compared by you. FILE may be -, which is standard input, and hold the texts of QR codes, a line each, as',
    'zbarcam --raw writes them.',
  ],
  options: {},
  arity: [1, 1],
  run: async (parsed, io) => {
    const file = parsed.positionals[0] ?? ''
    const { kind, bytes } = await readCarried(file, io)
    return kind === 'request' ? inspectRequest(bytes, file, io) : inspectReply(bytes, file)
  },
}

async function inspectRequest(bytes: Uint8Array, file: string, io: Io): Promise<Answer> {
  const { request, id, form, anchor, proposal, words } = await lookAtRequest(bytes, file, carriedForms, {
    now: io.now(),
    signal: io.signal,
  })
  return answer(
    {
      kind: 'request',
      request: id,
      anchor: anchor === undefined ? null : { title: anchor.title, digest: anchor.digest },
      proposal: proposalData(proposal),
      words,
    },
    ...askedLines(request),
    '',
    ...reviewLines(proposal),
    '',
    ...(anchor === undefined
      ? [
          `There is no ${form.anchorWord} before ${proposal.title}, and nobody vouches for it. Compare every key with its holder, and these words with those that all the others see:`,
          ...wordLines(proposal.digest),
        ]
      : [
          `All of it is judged from ${proposal.system === 'warg' ? `the ${form.anchorWord}` : anchor.title}, which this request brings along and nobody here vouches for. Compare its words with what you have on paper:`,
          ...wordLines(anchor.digest),
        ]),
    '',
    'Words for the other screen: the device that signs asks for some of these.',
    ...wordTable(words),
  )
}

function inspectReply(bytes: Uint8Array, file: string): Answer {
  const { signatures, ...reply } = parseReply(bytes, file, carriedForms)
  return answer(
    {
      kind: 'reply',
      ...reply,
      signatures: signatures.map(({ key, signature, serial }) => ({ key, signature: toHex(signature), serial })),
    },
    `${signatures.length} signature${signatures.length === 1 ? '' : 's'} for the change of “${inQuotes(reply.subject)}” with the digest ${reply.digest}`,
    ...signatures.map(
      ({ key, serial }) => `  by the key “${inQuotes(key)}”${serial === undefined ? '' : `, token ${serial}`}`,
    ),
    reply.secondScreen === 'compared' ? 'A second screen was compared, as it says.' : 'No second screen was compared.',
    'Whether they count is said where the change waits: countersign combine SOURCE FILE',
  )
}
