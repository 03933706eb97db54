// upload: content that did not come along with its release.
import { AppError, toErrorData } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { type LookedFile, lookAt } from '../../node/artifacts/look.ts'
import type { TufSource } from '../../node/desk.ts'
import { type LateFile, matchFiles, sendLate } from '../../node/late-content.ts'
import { outcomeOf } from '../../node/outcome.ts'
import type { Answer, Command, Io, Parsed } from '../command.ts'
import { leftOutLines, progressOn } from '../drafting.ts'
import { contextOf, deskFor, openTufSource, rootOption } from '../session.ts'
import { outcomeData, outcomeLines } from '../standing.ts'
import { wrapped } from '../text.ts'

export const uploadCommand: Command = {
  name: 'upload',
  usage: 'upload SOURCE PATH...',
  summary: 'Sends the content of a change that waits in a served repository, when it did not come along with it.',
  details: [
    'PATH is a file, or a folder with all that is in it. Which change a file belongs to is told by its content alone,',
    'whatever it is called by now. What broke off goes on where it did; what is there already is not sent again.',
    '"countersign pending SOURCE" says what is missing.',
  ],
  options: rootOption,
  arity: [2, 2048],
  run: upload,
}

async function upload(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const source = await openTufSource(desk, parsed, io.signal)
  const { served } = source
  if (served === undefined) throw source.unknown ?? notServed(source)
  const files: LookedFile[] = []
  const paths = parsed.positionals.slice(1)
  for (const path of paths) {
    const look = await lookAt(path, { signal: io.signal, progress: progressOn(io, `Reading ${path}`) })
    for (const line of leftOutLines(look)) io.note(line)
    files.push(...look.files)
  }
  const { proposals } = await desk.pending(source, io.signal)
  const { late, unnamed } = matchFiles(files, proposals)
  if (late.length === 0) throw unasked(paths)
  const { sent, failed } = await sendLate(late, served, io.signal, progressOn(io, 'Sending content'))
  const concerned = proposals.filter(({ id }) => late.some(({ ids }) => ids.includes(id)))
  const standing = await standingOf(concerned, source, io)
  const [first] = failed
  return {
    data: {
      sent: sent.map(fileData),
      failed: failed.map(({ file, error }) => ({ ...fileData(file), error: toErrorData(error) })),
      unnamed: unnamed.map(({ name }) => name),
      changes: standing.map(({ data }) => data),
    },
    lines: wrapped([
      ...sent.map(({ name, paths: at }) => `${name}: all of it is there, as ${at.join(' and ')}`),
      ...failed.map(({ file, error }) => `NOT sent: ${file.name}: ${error.message}`),
      ...unnamed.map(({ name }) => `left out: ${name}, which no change that waits names`),
      '',
      ...standing.flatMap(({ lines }) => lines),
    ]),
    ...(first === undefined ? {} : { failed: first.error }),
  }
}

function fileData({ name, length, sha256, paths }: LateFile): object {
  return { name, length, sha256, paths }
}

async function standingOf(
  proposals: readonly Proposal[],
  source: TufSource,
  io: Io,
): Promise<{ data: object; lines: readonly string[] }[]> {
  const all = []
  for (const proposal of proposals) {
    const { id, subject, digest, title } = proposal
    const outcome = await outcomeOf(source, proposal, contextOf(source, io))
    if (outcome === undefined) continue
    all.push({ data: { id, subject, digest, ...outcomeData(outcome) }, lines: outcomeLines(outcome, title) })
  }
  return all
}

function notServed({ pinned }: TufSource): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${pinned.name} is not served by "countersign serve", and takes no content after its change`,
    hint: 'content goes there with its release: countersign release SOURCE ROLE add PATH...',
  })
}

function unasked(paths: readonly string[]): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `no change that waits there names the content of ${paths.join(', ')}`,
    hint: 'see what waits, and which content is missing: countersign pending SOURCE',
  })
}
