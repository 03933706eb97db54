// access: how a pinned repository on the web is reached, kept with it.
import { AppError } from '../../core/error.ts'
import type { AccessFacts } from '../../node/access-store.ts'
import { accessOptions, readAccess } from '../access.ts'
import { answer, type Command } from '../command.ts'
import { findPinned } from '../named-source.ts'
import { deskFor } from '../session.ts'

export const accessCommand: Command = {
  name: 'access',
  usage: 'access SOURCE [--ca FILE | --no-ca] [--token | --no-token]',
  summary: 'Shows or changes how a repository on the web is reached: whose certificates count, and a token.',
  details: [
    'The token is asked for, or read from --passphrase-fd. It is kept encrypted under a key in the keychain of this computer,',
    'and sent to the server of the address alone. Proxies are those that HTTPS_PROXY and NO_PROXY name.',
  ],
  options: {
    ...accessOptions,
    'no-ca': { form: '--no-ca', text: 'again what this machine trusts', type: 'boolean' },
    'no-token': { form: '--no-token', text: 'no token any more', type: 'boolean' },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    if (parsed.positionals.length > 1) throw notAnArgument()
    const desk = deskFor(io, dataDir)
    const source = await findPinned(desk, parsed.positionals[0] ?? '')
    for (const name of ['ca', 'token'])
      if ((parsed.text(name) !== undefined || parsed.flag(name)) && parsed.flag(`no-${name}`)) throw both(name)
    const said = await readAccess(desk, parsed, source.location, io.signal)
    const change = {
      ...said,
      ...(parsed.flag('no-ca') ? { ca: null } : {}),
      ...(parsed.flag('no-token') ? { token: null } : {}),
    }
    try {
      const isChange = Object.keys(change).length > 0
      const facts = isChange ? await desk.access.change(source, change) : await desk.access.facts(source)
      return answer({ id: source.id, ...facts }, ...accessLines(source.name, facts))
    } finally {
      said.token?.fill(0)
    }
  },
}

function accessLines(name: string, { authorities, hasToken }: AccessFacts): string[] {
  return [
    authorities.length === 0
      ? `${name}: reached with the certificates that this machine trusts`
      : `${name}: reached only where one of these vouches for the server:`,
    ...authorities.map((one) => `  ${one}`),
    hasToken ? 'A token is sent to it.' : 'No token is sent to it.',
  ]
}

function both(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `it is either --${name} or --no-${name}`,
    hint: 'leave one of them out',
  })
}

function notAnArgument(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'a token is asked for, and never an argument: the history of your shell now holds what you typed',
    hint: 'if it was a token, have it replaced; then: countersign access SOURCE --token',
  })
}
