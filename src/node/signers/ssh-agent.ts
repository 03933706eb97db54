// The keys of an ssh-agent as signers. Listing asks nobody; what the agent asks before it signs is between it and the person.
import { AppError } from '../../core/error.ts'
import type { KnownSigner, Prompt, Purpose, Signer, SignerSource } from '../../core/signer.ts'
import { type AgentKey, findAgentKey, type SshAgent } from '../ssh-agent/agent.ts'

/** `purpose` says what will be signed, for the notice while the agent keeps silent. */
export function agentSigners(agent: SshAgent, prompt: Pick<Prompt, 'touch'>, purpose: Purpose): SignerSource {
  return {
    list: async (signal) => {
      const { keys, problem } = await agent.list(signal)
      if (problem !== undefined) throw new AppError(problem)
      return keys.map((key) => signerOf(key, agent, prompt, purpose))
    },
  }
}

/** The one that is meant; refuses where the agent does not hold it. */
export async function agentSigner(
  agent: SshAgent,
  id: string,
  prompt: Pick<Prompt, 'touch'>,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<Signer> {
  return signerOf(await findAgentKey(agent, id, signal), agent, prompt, purpose)
}

export function knownAgentSigner({ id, label, key }: AgentKey): KnownSigner {
  return { id, label, key, asks: 'agent', rehearsal: false }
}

function signerOf(key: AgentKey, agent: SshAgent, prompt: Pick<Prompt, 'touch'>, purpose: Purpose): Signer {
  return {
    ...knownAgentSigner(key),
    sign: (message, signal) => {
      const said = typeof purpose === 'string' ? purpose : purpose.of(message)
      return agent.sign({ key, message, purpose: said }, prompt, signal)
    },
  }
}
