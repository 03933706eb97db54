// Whether what was signed along with a signers file says of which project it is: nothing in the file itself does, and the same people
// may decide for two projects.
import type { Finding } from '../../proposal.ts'
import type { SignedFile } from './marks.ts'
import { checkOrigin, parseMetadata } from './metadata.ts'
import type { Forge } from './names.ts'
import type { SignersFile } from './signers-file.ts'

/**
 * `bound`: to a project, with the digest of this file; `named`: a project, and perhaps another file of it; `by-hand`: sent in by
 * somebody, no project named; `missing`: nothing at all.
 */
export type Origins = 'bound' | 'named' | 'by-hand' | 'missing'

/** Undefined where it is not signed at all, or not known here any more. Before the newest generation it is the mirror's word. */
export async function verifyOrigin(
  { bytes, generation }: SignersFile,
  link: { what: string; metadata?: SignedFile; isRemembered?: true } | undefined,
  forge: Forge | undefined,
): Promise<Origins | undefined> {
  if (generation !== 2 || link === undefined || link.isRemembered === true) return undefined
  if (link.metadata === undefined) return 'missing'
  const origin = parseMetadata(link.metadata.bytes, link.what)
  await checkOrigin(origin, bytes, forge, link.what)
  if (origin.url === undefined) return 'by-hand'
  return origin.contentHash === undefined ? 'named' : 'bound'
}

/** `before`: of the file that it takes the place of. */
export function originFinding(
  who: string,
  origin: Origins | undefined,
  before: Origins | undefined,
): Finding | undefined {
  if (origin === undefined || origin === 'bound') return undefined
  const isLess = before === 'bound' || (before === 'named' && origin !== 'named')
  const loose =
    origin === 'named'
      ? `What was signed of where ${who} came from does not say that it is this file`
      : `Nothing that was signed says of which project ${who} is`
  const sentence = `${loose}: whoever keeps the mirror could have taken it from another project of the same people${isLess ? '. Of the one before it that was signed, so ask them why it is not any more' : ''}`
  return { code: 'origin-missing', risk: isLess ? 'dangerous' : 'notable', sentence }
}

/** Told once: the worst, and of these the last. The first was compared by a person. */
export function originFindings(origins: readonly (Origins | undefined)[], first: number): Finding[] {
  const all = origins.flatMap((origin, at) =>
    at === 0 ? [] : (originFinding(`signers file ${first + at}`, origin, origins[at - 1]) ?? []),
  )
  const worst = all.findLast(({ risk }) => risk === 'dangerous') ?? all.at(-1)
  return worst === undefined ? [] : [worst]
}
