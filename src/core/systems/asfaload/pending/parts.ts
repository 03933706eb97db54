// The files that a proposal takes along, and what lies on the way that should not.
import { isEqualBytes } from '../../../bytes.ts'
import type { ErrorData } from '../../../error.ts'
import type { Finding } from '../../../proposal.ts'
import type { ToSign } from '../candidate.ts'
import type { Chain } from '../chain.ts'
import { maxBytes, nestedSigners, signersOnTheWay } from '../names.ts'
import type { Project } from '../project.ts'

/** What is signed, the signatures as received, and the signers file that judges: from these a signature can be put in its place. */
export async function readParts(
  project: Project,
  chain: Chain | undefined,
  signed: readonly ToSign[],
  more: readonly string[] = [],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  if (chain !== undefined) files.set(chain.place.name, chain.place.bytes)
  for (const { name, bytes, signaturesName } of signed) {
    files.set(name, bytes)
    const names = signaturesName.endsWith('/')
      ? project.names.filter((one) => one.startsWith(signaturesName))
      : [signaturesName]
    for (const one of names) {
      const held = await project.read(one, maxBytes.signatures)
      if (held !== undefined) files.set(one, held)
    }
  }
  for (const name of more) {
    const held = await project.read(name, maxBytes.signatures)
    if (held !== undefined) files.set(name, held)
  }
  return files
}

/** Programs that walk up from a release take the first signers file that they meet. */
export async function nestedFindings(project: Project, chain: Chain | undefined): Promise<Finding[]> {
  const others = await otherSigners(nestedSigners(project.names), project, chain)
  if (others.length === 0) return []
  const more = others.length === 1 ? '' : ` and ${others.length - 1} more`
  return [
    {
      code: 'nested-signers',
      risk: 'dangerous',
      sentence: `Another signers file lies below the project’s own: ${others[0]}${more}; programs that look for the nearest one would take it, and whoever put it there decides for them`,
    },
  ]
}

/** Nobody should sign below a signers file that is not the project's. */
export async function nestedFault(path: string, project: Project, chain: Chain): Promise<ErrorData | undefined> {
  const [other] = await otherSigners(signersOnTheWay(path, project.names), project, chain)
  if (other === undefined) return undefined
  return {
    code: 'trust/changed',
    message: `${other} is not the signers file of this project, and programs would judge this release by it`,
    hint: 'do not sign this; have that file removed from the mirror',
  }
}

async function otherSigners(names: readonly string[], project: Project, chain: Chain | undefined): Promise<string[]> {
  const others: string[] = []
  for (const name of names) {
    const bytes = await project.read(name, maxBytes.signers)
    if (bytes !== undefined && (chain === undefined || !isEqualBytes(bytes, chain.current.bytes))) others.push(name)
  }
  return others
}
