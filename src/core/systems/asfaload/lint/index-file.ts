// What is wrong with a release's index whatever came before it: digests that prove nothing, a name with two contents, another project.
import { countOf } from '../../../phrases.ts'
import type { Finding } from '../../../proposal.ts'
import { inQuotes } from '../../../visible.ts'
import { hostOf, shortened, someOf } from '../diff/words.ts'
import { type IndexFile, isWeak } from '../index-file.ts'
import type { Forge } from '../names.ts'
import { forgeName, isAtForge, isOfProject, pathOf } from '../of-project.ts'

export function lintIndex(index: IndexFile, forge: Forge | undefined): Finding[] {
  return [...weakFindings(index), ...doubleFindings(index), ...elsewhereFindings(index, forge)]
}

function weakFindings({ files }: IndexFile): Finding[] {
  const weak = files.filter(({ algo }) => isWeak(algo))
  if (weak.length === 0) return []
  const sentence = `${countOf(weak.length, 'file')} of the release ${weak.length === 1 ? 'has' : 'have'} only a SHA-1 or MD5 digest: two different files can share one, and programs refuse it`
  return [{ code: 'weak-digest', risk: 'dangerous', sentence }]
}

function doubleFindings({ files }: IndexFile): Finding[] {
  const names = namesWithTwoContents(files)
  if (names.length === 0) return []
  const sentence = `${someOf(names.map((name) => shortened(inQuotes(name), 60)))} ${names.length === 1 ? 'is' : 'are'} listed twice with different digests of one kind: nobody can say which file is meant`
  return [{ code: 'file-twice', risk: 'dangerous', sentence }]
}

export function namesWithTwoContents(files: IndexFile['files']): string[] {
  const digests = new Map<string, string>()
  const names = new Set<string>()
  for (const { fileName, algo, hash } of files) {
    const known = digests.get(`${algo} ${fileName}`)
    if (known !== undefined && known !== hash.toLowerCase()) names.add(fileName)
    digests.set(`${algo} ${fileName}`, hash.toLowerCase())
  }
  return [...names]
}

/** Nothing that is signed names the project: where the files come from is all that tells two projects of one person apart. */
function elsewhereFindings(index: IndexFile, forge: Forge | undefined): Finding[] {
  if (forge === undefined || index.files.length === 0) return []
  const other = otherProject(index, forge)
  if (other !== undefined) {
    const sentence = `Every file of this index comes from ${shortened(inQuotes(other), 80)}, which is another project than ${inQuotes(`${forgeName(forge)}/${forge.path}`)}: it may have been signed for that one`
    return [{ code: 'other-project', risk: 'dangerous', sentence }]
  }
  const hosts = [...new Set(index.files.map(({ source }) => hostOf(source) ?? 'no address'))].filter(
    (host) => host !== forgeName(forge),
  )
  if (hosts.length === 0) return []
  return [
    {
      code: 'other-host',
      risk: 'notable',
      sentence: `Files of this release come from ${someOf(hosts.map((host) => inQuotes(host)))}, and not from ${inQuotes(forgeName(forge))}, where the project is`,
    },
  ]
}

/** "github.com/other/tool" when no file is of this project, and one is of another one on the same host. */
export function otherProject({ files }: IndexFile, forge: Forge | undefined): string | undefined {
  if (forge === undefined) return undefined
  let other: string | undefined
  for (const { source } of files) {
    if (isOfProject(source, forge)) return undefined
    if (isAtForge(source, forge)) other ??= `${forgeName(forge)}/${pathOf(source).split('/').slice(0, 2).join('/')}`
  }
  return other
}
