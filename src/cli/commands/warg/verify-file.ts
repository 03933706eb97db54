// verify of a Warg registry: which release a downloaded file is, of the packages that are looked at here, and whether it was yanked.
import { AppError } from '../../../core/error.ts'
import { countOf } from '../../../core/phrases.ts'
import type { OpenSource } from '../../../node/desk.ts'
import { fileHash } from '../../../node/warg/file-hash.ts'
import { registryOverview } from '../../../node/warg/overview.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { grouped } from '../../drafting.ts'
import { progressLine } from '../../progress.ts'
import { contextOf } from '../../session.ts'
import { quoted, wrapped } from '../../text.ts'
import { packageOf, usage } from './call.ts'
import { momentText } from './words.ts'

export async function verifyInRegistry(parsed: Parsed, source: OpenSource, io: Io): Promise<Answer> {
  const [file = ''] = parsed.positionals
  const wanted = parsed.text('package')
  if (wanted !== undefined) packageOf(wanted)
  if (parsed.text('release') !== undefined)
    throw usage('--release is of an asfaload project, and this is a Warg registry', 'leave it out')
  const line = progressLine(file)
  const { digest, size } = await fileHash(file, { signal: io.signal, progress: line.show }).finally(line.end)
  const { logs: all, checkpoint } = await registryOverview(source, contextOf(source, io))
  const logs = wanted === undefined ? all : all.filter(({ subject }) => subject === wanted)
  const found = logs.flatMap(({ subject, releases }) =>
    releases.flatMap((one) => (one.digest === digest ? [{ package: subject, ...one }] : [])),
  )
  // Whoever may release anything can release what another package took back: that makes it no better.
  const standing = new Set(found.flatMap((one) => (one.yanked === undefined ? [one.package] : [])))
  const isGood = found.every((one) => standing.has(one.package))
  const kind = found.length === 0 ? 'unknown' : isGood ? 'listed' : 'yanked'
  const name = source.pinned.name
  const packages = countOf(all.filter(({ length }) => length > 0).length - 1, 'package')
  const head = {
    listed: `${file} is released by ${name}`,
    yanked: `REFUSED: ${file} is a release of ${name} that was yanked`,
    unknown:
      wanted !== undefined
        ? `NOT VERIFIED: ${wanted} of ${name} does not release the content of ${file}`
        : `NOT VERIFIED: none of the ${packages} of ${name} that are looked at here releases the content of ${file}`,
  }
  const lines = [
    head[kind],
    ...found.map(
      (one) =>
        `  ${one.package} ${one.version}, record ${one.record}, ${momentText(one.time)}${one.yanked === undefined ? '' : `; YANKED ${momentText(one.yanked.time)}`}`,
    ),
    `  ${grouped(size)} bytes, ${digest}`,
    `  as of the checkpoint of ${momentText(checkpoint.at)}`,
  ]
  const said = answer({ kind, digest, size, releases: found, checkpoint }, ...wrapped(lines))
  return kind === 'listed' ? said : { ...said, failed: failure(kind, file, name, [...standing]) }
}

/** `standing`: packages that did not take it back. */
function failure(kind: 'yanked' | 'unknown', file: string, name: string, standing: readonly string[]): AppError {
  const [other] = standing
  const ask = 'do not use it; ask the people of the package why'
  return new AppError({
    code: 'trust/changed',
    message:
      kind === 'yanked' ? `${file} is a release that was yanked` : `no package that is looked at releases ${file}`,
    hint:
      kind === 'unknown'
        ? `do not use it; or look at its package first: countersign warg watch ${quoted(name)} PACKAGE`
        : other === undefined
          ? ask
          : `${ask}; where ${other} is meant, and no other: --package ${other}`,
  })
}
