// revoke: a release of an asfaload project that nobody should use any more.
import { AppError } from '../../../core/error.ts'
import { revocationSubject } from '../../../core/systems/asfaload/subject.ts'
import { revocationEdit } from '../../../node/asfaload/revocation.ts'
import { keyTexts } from '../../asfaload/keys.ts'
import { openProjectSource } from '../../asfaload/project-source.ts'
import type { Command } from '../../command.ts'
import { editOptions, proposeEdit } from '../../propose-edit.ts'
import { contextOf, deskFor } from '../../session.ts'

export const revokeCommand: Command = {
  name: 'revoke',
  usage: 'revoke SOURCE PATH --key KEY',
  summary: 'Proposes that a release of an asfaload project counts no more.',
  details: [
    'PATH is the folder of the release below the project (releases/download/v1.0), or its index, or one signed file.',
    'KEY is who begins it: a key that may revoke. Nothing is signed by this; that is done with "countersign sign".',
  ],
  options: {
    key: { form: '--key KEY', text: 'who begins it', type: 'string' },
    ...editOptions,
  },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const wanted = parsed.text('key')
    if (wanted === undefined) {
      throw new AppError({
        code: 'usage/invalid',
        message: '--key is missing: a revocation says who begins it',
        hint: 'name a key that may revoke; see: countersign signers SOURCE show',
      })
    }
    const desk = deskFor(io, dataDir)
    const source = await openProjectSource(desk, parsed, io.signal)
    const context = contextOf(source, io)
    const { path, document } = await revocationEdit(
      source,
      parsed.positionals[1] ?? '',
      context,
      async (generation, may) => {
        const [text = ''] = await keyTexts([wanted], generation, desk, io, may)
        return text
      },
    )
    return proposeEdit(desk, source, { subject: revocationSubject(path), document }, parsed, io)
  },
}
