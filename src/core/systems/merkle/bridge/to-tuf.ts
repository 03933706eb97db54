// A repository of blocks as documents of plain TUF, unsigned, for readers that speak nothing else: the first ones of a new
// repository, or the next ones of one that is there.
import { AppError } from '../../../error.ts'
import { isObject } from '../../../json.ts'
import { inQuotes } from '../../../visible.ts'
import { encodeMetadata } from '../../tuf/encode.ts'
import { plainLayout } from '../../tuf/layouts/plain.ts'
import { digestOf, type Metadata, parseMetadata, type Root, type Targets } from '../../tuf/metadata.ts'
import { isSameRoot, isSameTargets } from './compare.ts'
import { type Documents, targetsIn } from './documents.ts'

export interface PlainPair {
  role: string
  /** People's version of the document of blocks: its height, and one. */
  version: number
  tuf: { version: number; sha256: string }
  /** The plain repository says it already. */
  same: boolean
  targets: number
}

export interface ToTuf {
  files: ReadonlyMap<string, Uint8Array>
  pairs: readonly PlainPair[]
}

/** `existing`: what is in force in the plain repository that these are to follow; what says the same already stays as it is. */
export function toTuf(documents: Documents, existing?: Documents): ToTuf {
  const files = new Map<string, Uint8Array>()
  const pairs: PlainPair[] = []
  const add = (role: string, document: Metadata<Root | Targets>, before?: Metadata<Root | Targets>, same = false) => {
    const { version } = document.signed
    const targets = document.signed.type === 'targets' ? document.signed.targetPaths().length : 0
    if (before !== undefined && same) {
      pairs.push({ role, version, tuf: { version: before.signed.version, sha256: digestOf(before) }, same, targets })
      return
    }
    const next = (before?.signed.version ?? 0) + 1
    const bytes = encodeMetadata({ ...document.signed.raw, version: next })
    const made = parseMetadata(bytes, document.signed.type, role)
    files.set(plainLayout.candidateName(role), bytes)
    pairs.push({ role, version, tuf: { version: next, sha256: digestOf(made) }, same: false, targets })
  }
  const { root } = documents
  add('root', root, existing?.root, existing !== undefined && isSameRoot(existing.root, root))
  for (const [role, document] of targetsIn(documents)) {
    checkContent(document, role)
    const before = role === 'targets' ? existing?.targets : existing?.delegated.get(role)
    add(role, document, before, isSameTargets(before, document, role))
  }
  return { files, pairs }
}

/** The hash in such a link is that of a block of the file, and no client of TUF could make anything of it. */
function checkContent({ signed }: Metadata<Targets>, role: string): void {
  const { targets } = signed.raw
  for (const [path, target] of Object.entries(isObject(targets) ? targets : {})) {
    if (!isObject(target) || target.content === undefined) continue
    throw new AppError({
      code: 'format/unsupported',
      message: `“${inQuotes(path.slice(0, 80))}” of ${role} is named by a tree of blocks (dag-pb), and plain TUF names files by their hash`,
      hint: 'add the file again as one raw block, or leave it out',
      data: { role, path },
    })
  }
}
