// SOURCE as an asfaload project, for what is done in those alone.
import { AppError } from '../../core/error.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import type { Parsed } from '../command.ts'
import { openSource } from '../session.ts'

export async function openProjectSource(desk: Desk, parsed: Parsed, signal: AbortSignal): Promise<OpenSource> {
  const source = await openSource(desk, parsed, signal)
  if (source.system.id === 'asfaload') return source
  if (source.system.id === 'warg') {
    throw new AppError({
      code: 'usage/invalid',
      message: `${source.pinned.name} is a Warg registry, and this is done in asfaload projects alone`,
      hint: 'what a key may do is taken with: countersign warg revoke SOURCE PACKAGE KEY PERMISSION; a release with: countersign warg yank SOURCE PACKAGE VERSION; what a file is released as is shown by: countersign warg show SOURCE PACKAGE',
    })
  }
  throw new AppError({
    code: 'usage/invalid',
    message: `${source.pinned.name} is no asfaload project, and this is done in those alone`,
    hint:
      source.changedBy ??
      'roles and releases of a TUF repository: countersign roles, countersign release SOURCE ROLE add',
  })
}
