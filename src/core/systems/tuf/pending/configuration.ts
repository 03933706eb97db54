// A candidate for the configuration: decided by those who hold the targets role; root stays in its safe.
import type { Proposal } from '../../../proposal.ts'
import { roleOf } from '../client.ts'
import { diffConfiguration } from '../configuration/diff.ts'
import { parseConfiguration } from '../configuration/parse.ts'
import { countedConfiguration } from '../configuration/published.ts'
import type { Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'
import { assemble, checkNextVersion } from './assemble.ts'

export async function configurationProposal(name: string, bytes: Uint8Array, now: Trusted): Promise<Proposal> {
  const after = parseConfiguration(bytes, name)
  // Against what holds: a signature under this brings back all that it says.
  const before = countedConfiguration(await now.configuration())
  checkNextVersion(name, before?.version ?? 0, after.version)
  const { root } = await now.set()
  const title = `Configuration ${after.version}`
  return assemble({
    subject: 'configuration',
    title,
    before: before?.bytes,
    after,
    diff: diffConfiguration(before, after),
    findings: [],
    quorums: [await quorumOf(title, after, root.signed.keys, roleOf(root, 'targets'))],
    blocked: undefined,
  })
}
