// Is this file one of the artifacts of a repository? Asked of its content; its name proves nothing.
import { AppError } from '../../core/error.ts'
import { bytesText } from '../../core/systems/tuf/diff/shown.ts'
import { type FileVerdict, hashFile, verifyFileWith } from '../../node/artifacts/verify-file.ts'
import { editedSource } from '../../node/open-source.ts'
import { answer, type Command } from '../command.ts'
import { clientOf, fromOptions, openAnyFrom } from '../from.ts'
import { progressLine } from '../progress.ts'
import { wrapped } from '../text.ts'
import { verifyReleased } from './asfaload/verify.ts'
import { verifyInRegistry } from './warg/verify-file.ts'

export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify FILE [--from SOURCE] [--release PATH | --package NAME]',
  summary: 'Say which artifact of a repository a file is, and who signed for it.',
  details: [
    'The file is known by its content, whatever it is called. Exit code 5 when no artifact has this content.',
    'Of an asfaload project: which release lists it, who signed that, whether it was revoked, and that its signers follow',
    'from those that are pinned here. Of a Warg registry: which release of which package, and whether it was yanked: by any',
    'package that is looked at here, unless --package says which one is meant.',
  ],
  options: {
    ...fromOptions,
    release: {
      form: '--release PATH',
      text: 'asfaload: it must be of this release, by its folder below the project; needed on the web',
      type: 'string',
    },
    package: {
      form: '--package NAME',
      text: 'Warg: it must be a release of this package, whatever others did with the same content',
      type: 'string',
    },
  },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const { desk, source } = await openAnyFrom(parsed, io, dataDir)
    if (source.registry === undefined && parsed.text('package') !== undefined) throw noPackages(source.pinned.name)
    if (source.system.id === 'asfaload') return verifyReleased(parsed, desk, source, io)
    if (source.registry !== undefined) return verifyInRegistry(parsed, source, io)
    const from = { desk, source: editedSource(source) }
    const [file = ''] = parsed.positionals
    const line = progressLine(file)
    const content = await hashFile(file, { signal: io.signal, progress: line.show }).finally(line.end)
    const verdict = await verifyFileWith(await clientOf(from, io), file, content)
    const shown = answer(verdict, ...wrapped(verdictLines(verdict, file, from.source.pinned.name)))
    return verdict.kind === 'listed' ? shown : { ...shown, failed: unknown(file) }
  },
}

function noPackages(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `--package is of a Warg registry, and ${name} is none`,
    hint: 'leave it out',
  })
}

function verdictLines(verdict: FileVerdict, file: string, repository: string): string[] {
  const facts = `  ${bytesText(verdict.length)}, sha256 ${verdict.sha256}`
  if (verdict.kind === 'listed') {
    return [
      `${file} is ${verdict.path} of ${repository}`,
      `  signed for by ${verdict.signedBy.join(', ')} as ${verdict.role}`,
      ...verdict.also.map((path) => `  the same content is also listed as ${path}`),
      facts,
    ]
  }
  return [
    `NOT VERIFIED: no artifact of ${repository} has the content of ${file}`,
    ...verdict.sameName.map((path) => `  ${path} has the same name and other content`),
    facts,
  ]
}

function unknown(file: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `no artifact has the content of ${file}`,
    hint: 'do not use it; download it again: countersign download PROJECT',
  })
}
