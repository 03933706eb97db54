// ceremony: the script of a ceremony, looked at before the day; the record of one, checked by whoever was not there.
import { AppError } from '../../../core/error.ts'
import type { Command } from '../../command.ts'

export const ceremonyCommand: Command = {
  name: 'ceremony',
  usage: 'ceremony (check | run | rehearse | resume | runs | verify | redact) [SCRIPT | ID | RECORD]',
  summary: 'Holds a ceremony, or rehearses one; looks at a script, and checks a record.',
  details: [
    'check SCRIPT     reads a script, says what it asks for and its hash in words, or why it cannot be run',
    'run SCRIPT       holds a ceremony on this terminal, one step at a time, and keeps its record',
    'rehearse         the same with practice tokens, for who has never held one; rehearse SCRIPT practises that script',
    'resume [ID]      goes on with one that was left or interrupted, at its step',
    'runs             those that are kept on this computer, and where they stand',
    'verify RECORD    checks chain, signatures and order; --script and --previous let more be checked',
    'redact RECORD    with --for LEVEL --to FILE: a copy for whoever may see less; its fingerprint stays',
  ],
  options: {
    script: { form: '--script FILE', text: 'the script that the record is of', type: 'string' },
    previous: { form: '--previous FILE', text: 'the record of the ceremony before', type: 'string' },
    for: { form: '--for LEVEL', text: 'who may see the copy: public or auditor', type: 'string' },
    to: { form: '--to FILE', text: 'the new file', type: 'string' },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const [verb = '', file = ''] = parsed.positionals
    if (isHeld(verb)) {
      const { ceremonyVerbs } = await import('./running.ts')
      return ceremonyVerbs[verb]({ what: file, parsed, io, dataDir })
    }
    if (file === '') throw usage(`the file for ${verb} is missing, or there is no such verb`)
    // No other command needs this, and each of them starts without.
    const { checkCommand, redactCommand, verifyCommand } = await import('./checking.ts')
    if (verb === 'check') return checkCommand(file, io)
    if (verb === 'verify') return verifyCommand(file, parsed, io)
    if (verb === 'redact') return redactCommand(file, parsed, io)
    throw usage(`ceremony knows no ${verb}`)
  },
}

const held = ['run', 'rehearse', 'resume', 'runs'] as const

function isHeld(verb: string): verb is (typeof held)[number] {
  return held.some((one) => one === verb)
}

function usage(message: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint: 'see: countersign ceremony --help' })
}
