// The project of an opened source, with where it is on the web: what is signed for another one is refused wherever it is read.
import type { Context } from '../../core/system.ts'
import { openProject, type Project } from '../../core/systems/asfaload/project.ts'
import type { Transport } from '../../core/transport.ts'
import { forgeAt } from './public-address.ts'

export function projectOf(
  { transport, pinned: { location } }: { transport: Transport; pinned: { location: string } },
  context: Context,
): Promise<Project> {
  return openProject('', transport, context, forgeAt(location))
}
