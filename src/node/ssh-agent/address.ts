// Where the ssh-agent of this user listens: a socket or a pipe of this machine, never a place on a network.
import { AppError } from '../../core/error.ts'
import { visible } from '../../core/visible.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface AgentAddress {
  path: string
  /** Nobody named it: where nothing listens there, there is just no agent. */
  isGuess: boolean
}

/** OpenSSH's own, as Windows brings it along. */
const windowsPipe = '\\\\.\\pipe\\openssh-ssh-agent'

/** Undefined where there is none. */
export function agentAddress(env: Environment, platform: NodeJS.Platform): AgentAddress | undefined {
  const named = env.SSH_AUTH_SOCK ?? ''
  if (platform === 'win32') {
    if (named === '') return { path: windowsPipe, isGuess: true }
    // \\server\pipe\... is on another machine.
    if (/^[\\/]{2}\.[\\/]pipe[\\/]./i.test(named)) return { path: named, isGuess: false }
    throw notHere(named, 'no pipe of this computer, such as \\\\.\\pipe\\openssh-ssh-agent')
  }
  if (named === '') return undefined
  if (named.startsWith('/')) return { path: named, isGuess: false }
  throw notHere(named, 'no whole path of a socket')
}

function notHere(named: string, what: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `SSH_AUTH_SOCK names ${visible(named)}, which is ${what}`,
    hint: 'correct it, or start Countersign without it',
  })
}

/** The agent of a session that came over SSH may be the one of the computer at its other end. */
export function isRemoteSession(env: Environment): boolean {
  return [env.SSH_CONNECTION, env.SSH_CLIENT].some((one) => one !== undefined && one !== '')
}
