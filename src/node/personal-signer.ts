// Keys that a person guards, wherever they are: on a token, or in the agent of their session. None of them is an online key, and none
// says whose it is.
import { isAgentSigner } from './ssh-agent/agent.ts'
import { isTokenSigner } from './token-host/signers.ts'

export function isPersonalSigner(signerId: string): boolean {
  return isTokenSigner(signerId) || isAgentSigner(signerId)
}
