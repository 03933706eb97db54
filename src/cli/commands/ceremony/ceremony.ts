// ceremony: the script of a ceremony, looked at before the day; the record of one, checked by whoever was not there.
import { AppError } from '../../../core/error.ts'
import type { Command } from '../../command.ts'

export const ceremonyCommand: Command = {
  name: 'ceremony',
  usage: 'ceremony (check SCRIPT | verify RECORD | redact RECORD --for LEVEL --to FILE | stamp RECORD ...)',
  summary: 'Looks at the script of a ceremony, and checks the record of one.',
  details: [
    'check SCRIPT     reads a script, says what it asks for and its hash in words, or why it cannot be run',
    'verify RECORD    checks chain, signatures and order; --script, --previous and --with let more be checked',
    'redact RECORD    a copy for whoever may see less: public, or auditor; its fingerprint stays',
    'stamp RECORD     --request OUT.tsq is carried to an authority, --token FILE.tsr takes its answer into the record',
  ],
  options: {
    script: { form: '--script FILE', text: 'the script that the record is of', type: 'string' },
    previous: { form: '--previous FILE', text: 'the record of the ceremony before', type: 'string' },
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
  },
  arity: [2, 2],
  run: async (parsed, io) => {
    const [verb = '', file = ''] = parsed.positionals
    // No other command needs this, and each of them starts without.
    const { checkCommand, redactCommand, verifyCommand } = await import('./checking.ts')
    if (verb === 'check') return checkCommand(file, io)
    if (verb === 'verify') return verifyCommand(file, parsed, io)
    if (verb === 'redact') return redactCommand(file, parsed, io)
    if (verb === 'stamp') return (await import('./stamping.ts')).stampCommand(file, parsed, io)
    throw new AppError({
      code: 'usage/invalid',
      message: `a ceremony is checked, verified, redacted or stamped here, and not ${verb}`,
      hint: `usage: countersign ${ceremonyCommand.usage}`,
    })
  },
}
