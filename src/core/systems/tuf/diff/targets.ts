// What changes in a targets document: artifacts by name, old and new digest and size, and the data that goes with them.
import type { JsonValue } from '../../../json.ts'
import type { TargetFile, Targets } from '../metadata.ts'
import { isSameValue, type LeafDifference, leafDifferences, type Path, pathText } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { targetsSentences as say } from './sentence-targets.ts'
import { fileText, pairText } from './shown.ts'

/** Only artifacts whose entry differs are looked at, each once: there may be a million. */
export function artifactFacts(
  before: Targets | undefined,
  after: Targets,
  differences: readonly LeafDifference[],
): Fact[] {
  const paths = new Set<string>()
  for (const { path } of differences) if (path[0] === 'targets' && typeof path[1] === 'string') paths.add(path[1])
  return [...paths].flatMap((path) => [...fileFacts(path, before?.target(path), after.target(path))])
}

function fileFacts(path: string, before: TargetFile | undefined, after: TargetFile | undefined): Fact[] {
  const at = ['targets', path]
  const covers = [
    [...at, 'length'],
    [...at, 'hashes'],
  ]
  const shown = {
    before: before === undefined ? undefined : fileText(before.hashes, before.length),
    after: after === undefined ? undefined : fileText(after.hashes, after.length),
  }
  const custom = customFacts(path, before?.raw.custom, after?.raw.custom)
  if (after === undefined)
    return before === undefined ? [] : [fact(say.artifactRemoved({ path }), at, shown, covers), ...custom]
  if (before === undefined) return [fact(say.artifactAdded({ path }), at, shown, covers), ...custom]
  // Equal digests may be spelled in capitals in one of them; what is signed differs then.
  const isSame = before.length === after.length && isSameValue(before.raw.hashes, after.raw.hashes)
  if (isSame) return custom
  return [fact(describe(before, after)({ path }), at, shown, covers), ...custom]
}

/** Two descriptions of a file, compared by the hashes that both have. */
function describe(
  before: TargetFile,
  after: TargetFile,
): (facts: { path: string }) => ReturnType<typeof say.artifactReplaced> {
  const shared = [...before.hashes.keys()].filter((algorithm) => after.hashes.has(algorithm))
  const same = shared.filter((algorithm) => before.hashes.get(algorithm) === after.hashes.get(algorithm))
  if (shared.length === 0) return say.artifactUncomparable
  if (same.length === 0) return say.artifactReplaced
  if (same.length < shared.length || before.length !== after.length) return say.artifactContradicted
  return say.artifactDescribed
}

function customFacts(path: string, before: JsonValue | undefined, after: JsonValue | undefined): Fact[] {
  const at: Path = ['targets', path, 'custom']
  if (before === undefined)
    return after === undefined ? [] : [fact(say.customAdded({ path }), at, pairText(undefined, after))]
  if (after === undefined) return [fact(say.customRemoved({ path }), at, pairText(before, undefined))]
  return leafDifferences(before, after).differences.map((leaf) => {
    const field = pathText(leaf.path)
    return fact(
      say.customChanged({ path, field: field === '' ? 'all of it' : field }),
      [...at, ...leaf.path],
      pairText(leaf.before, leaf.after),
    )
  })
}
