// What somebody who trusts nothing yet pins of a project: its first signers, also when others are in force.
import { isEqualBytes } from '../../core/bytes.ts'
import type { Context } from '../../core/system.ts'
import { oldestSigners } from '../../core/systems/asfaload/first.ts'
import { openProject } from '../../core/systems/asfaload/project.ts'
import { digestOf } from '../../core/systems/asfaload/way.ts'
import type { OpenSource } from '../open-source.ts'

export interface FirstPin {
  title: string
  /** sha256 of the file. */
  digest: string
}

/** Undefined where they are in force still, or where this person pinned later ones and so vouches for no first ones. */
export async function firstPin(
  { system, transport, carried }: OpenSource,
  context: Context,
  inForce: string,
): Promise<FirstPin | undefined> {
  if (system.id !== 'asfaload' || carried === true) return undefined
  const oldest = await oldestSigners(await openProject('', transport, context))
  if (oldest === undefined || !isEqualBytes(oldest.bytes, context.anchor)) return undefined
  const digest = digestOf(oldest.bytes)
  return digest === inForce ? undefined : { title: `Signers ${oldest.version}`, digest }
}

/** Pinned is not the first, but one that followed. */
export async function isLaterPin({ system, transport }: OpenSource, context: Context): Promise<boolean> {
  if (system.id !== 'asfaload') return false
  const project = await openProject('', transport, context)
  // Generation 0 keeps no history, and where it was rewritten the oldest that is left is no first one.
  const oldest = project.isOld ? undefined : await oldestSigners(project)
  return oldest?.version === 1 && !isEqualBytes(oldest.bytes, context.anchor)
}
