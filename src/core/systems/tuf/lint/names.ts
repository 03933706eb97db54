// Findings about names that deceive: invisible or reordering characters, mixed alphabets, paths that leave their folder.
// Small and honest: a word of one foreign alphabet that looks like a Latin one is not noticed here.
import { isAscii, parseUtf8 } from '../../../bytes.ts'
import type { Finding } from '../../../proposal.ts'
import { hasHidden } from '../../../visible.ts'
import type { Metadata } from '../metadata.ts'
import { findings as found } from './finding.ts'
import { keysOf, rolesOf } from './scope.ts'

/** Unicode Bidi_Control: marks, embeddings, overrides, isolates. */
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const notAscii = /[^ -~]/

export function nameFindings(role: string, metadata: Metadata): Finding[] {
  const { signed } = metadata
  const keys = [...keysOf(signed).values()]
  const roles = rolesOf(signed).map(({ name }) => name)
  const list = [
    ...deceiving('role', signed.type === 'snapshot' ? [role, ...roles, ...signed.meta.keys()] : [role, ...roles]),
    ...deceiving(
      'key holder',
      keys.flatMap(({ owner }) => owner ?? []),
    ),
  ]
  if (signed.type === 'targets') {
    const paths = signed.targetPaths()
    const { roles: named = [], agreements = [] } = signed.delegations ?? {}
    const patterns = [...named, ...agreements].flatMap(({ paths: own }) => own ?? [])
    list.push(
      ...deceiving(
        'delegation',
        agreements.map(({ name }) => name),
      ),
    )
    list.push(...deceiving('artifact', paths), ...traversal('artifact', paths), ...deceiving('path pattern', patterns))
  }
  return isNormalised(metadata) ? list : [...list, found['not-normalised']({})]
}

export function deceiving(what: string, all: readonly string[]): Finding[] {
  const names = [...new Set(all.filter((name) => notAscii.test(name)))]
  const [reordering, mixed] = [names.filter((name) => bidi.test(name)), names.filter(hasMixedScripts)]
  const invisible = names.filter((name) => !bidi.test(name) && hasHidden(name))
  return [
    ...(reordering.length === 0 ? [] : [found['bidi-characters']({ what, names: reordering })]),
    ...(invisible.length === 0 ? [] : [found['hidden-characters']({ what, names: invisible })]),
    ...(mixed.length === 0 ? [] : [found['mixed-scripts']({ what, names: mixed })]),
  ]
}

/** Latin, Cyrillic and Greek share the shapes of many letters; a word that draws on two of them is no word. */
function hasMixedScripts(name: string): boolean {
  return (name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).some((word) => {
    const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]
    return scripts.filter((script) => script.test(word)).length > 1
  })
}

/** Clients join the name to a folder: it must stay below it on every system. */
export function leavesItsFolder(path: string): boolean {
  return /(^|[/\\])\.\.?([/\\]|$)|^[/\\]|\\|^[A-Za-z]:|\/\/|^$/.test(path)
}

function traversal(what: string, paths: readonly string[]): Finding[] {
  const names = paths.filter(leavesItsFolder)
  return names.length === 0 ? [] : [found['path-traversal']({ what, names })]
}

/** tough brings text into Unicode's composed form before it checks a signature. */
function isNormalised(metadata: Metadata): boolean {
  if (isAscii(metadata.payload)) return true
  const text = parseUtf8(metadata.payload, 'the signed part')
  return text === text.normalize('NFC')
}
