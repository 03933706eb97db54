// ceremony: the script of a ceremony, looked at before the day; the record of one, checked by whoever was not there.
import { AppError } from '../../../core/error.ts'
import type { Answer, Command, Io, Option, Parsed } from '../../command.ts'

const newOptions: Readonly<Record<string, Option>> = {
  repository: { form: '--repository NAME', text: 'new: the pinned repository whose root is signed', type: 'string' },
  person: {
    form: '--person NAME=ROLES',
    text: 'new: who takes part, as administrator, witness, signer, observer, custodian; may be repeated',
    type: 'string',
    multiple: true,
  },
  key: {
    form: '--key NAME=FILE',
    text: 'new: a public key of NAME (PEM, or a key that is known here), instead of those enrolled',
    type: 'string',
    multiple: true,
  },
  lost: { form: '--lost WHO', text: 'new lost-token: whose token it is, or its serial number', type: 'string' },
  title: { form: '--title TEXT', text: 'new: instead of the title of the template', type: 'string' },
  purpose: { form: '--purpose TEXT', text: 'new: instead of the purpose of the template', type: 'string' },
  devices: { form: '--devices N', text: 'new: on how many devices the change is compared; 2', type: 'string' },
  clock: { form: '--clock SECONDS', text: 'new: by how much the clock may differ from a watch; 60', type: 'string' },
  online: { form: '--online', text: 'new: a network may be up while it is signed', type: 'boolean' },
}

export const ceremonyCommand: Command = {
  name: 'ceremony',
  usage: 'ceremony VERB [SCRIPT | RECORD | ID]',
  summary: 'Writes and prints the script of a ceremony, holds or rehearses one, and checks its record.',
  details: [
    'new KIND         writes a script to --to FILE: renewal, rotation, first-root, lost-token or rehearsal',
    'check SCRIPT     reads a script, says what it asks for and its hash in words, or why it cannot be run',
    'print FILE       a script or a record for paper, to --to FILE.pdf or FILE.html',
    'run SCRIPT       holds a ceremony on this terminal, one step at a time, and keeps its record',
    'rehearse         the same with practice tokens, for who has never held one; rehearse SCRIPT practises that script',
    'resume [ID]      goes on with one that was left or interrupted, at its step',
    'runs             those that are kept on this computer, and where they stand',
    'verify RECORD    checks chain, signatures and order; --script, --previous and --with let more be checked',
    'redact RECORD    a copy to --to FILE for whoever may see less (--for public or auditor); its fingerprint stays',
    'stamp RECORD     --request OUT.tsq is carried to an authority, --token FILE.tsr takes its answer into the record',
  ],
  options: {
    script: { form: '--script FILE', text: 'the script that the record is of', type: 'string' },
    previous: { form: '--previous FILE', text: 'the record of the ceremony before; new: or none', type: 'string' },
    with: {
      form: '--with FILE',
      text: 'a file that the record names: the request, what was exported; as often as there are files',
      type: 'string',
      multiple: true,
    },
    for: { form: '--for LEVEL', text: 'who may see the copy: public or auditor', type: 'string' },
    to: { form: '--to FILE', text: 'the new file', type: 'string' },
    request: { form: '--request FILE', text: 'where the request for a time stamp is written', type: 'string' },
    token: { form: '--token FILE', text: 'a time stamp (RFC 3161): the answer, or the token itself', type: 'string' },
    authority: {
      form: '--authority FILE',
      text: 'certificates (PEM) of whose time stamps you trust: every stamp must then be by one of them',
      type: 'string',
      multiple: true,
    },
    ...newOptions,
    paper: { form: '--paper a4|letter', text: 'print: a4 unless said', type: 'string' },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const [verb = '', file = ''] = parsed.positionals
    try {
      return await answerTo(verb, file, parsed, io, dataDir)
    } catch (thrown) {
      if (file === '') throw thrown
      throw await (await import('./mistaken.ts')).mistaken(thrown, verb, file, io)
    }
  },
}

async function answerTo(verb: string, file: string, parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  // No other command needs any of these, and each of them starts without.
  if (isHeld(verb)) {
    const { ceremonyVerbs } = await import('./running.ts')
    return ceremonyVerbs[verb]({ what: file, parsed, io, dataDir })
  }
  if (file === '') throw usage(`the file for ${verb} is missing, or there is no such verb`)
  if (verb === 'new') return (await import('./new.ts')).newCommand(file, parsed, io, dataDir)
  if (verb === 'print') return (await import('./print.ts')).printCommand(file, parsed, io)
  const { checkCommand, redactCommand, verifyCommand } = await import('./checking.ts')
  if (verb === 'check') return checkCommand(file, io)
  if (verb === 'verify') return verifyCommand(file, parsed, io)
  if (verb === 'redact') return redactCommand(file, parsed, io)
  if (verb === 'stamp') return (await import('./stamping.ts')).stampCommand(file, parsed, io)
  throw usage(`ceremony knows no ${verb}`)
}

const held = ['run', 'rehearse', 'resume', 'runs'] as const

function isHeld(verb: string): verb is (typeof held)[number] {
  return held.some((one) => one === verb)
}

function usage(message: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint: 'see: countersign ceremony --help' })
}
