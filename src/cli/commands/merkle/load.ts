// merkle load: an archive of blocks into the folder of a repository that is pinned here, or into a new one.

import { existsSync } from 'node:fs'
import { AppError } from '../../../core/error.ts'
import { headName, maxBytes } from '../../../core/systems/merkle/files.ts'
import { counted } from '../../../core/systems/merkle/graph/words.ts'
import { existing } from '../../../core/systems/merkle/repository.ts'
import type { Transport } from '../../../core/transport.ts'
import type { OpenSource } from '../../../node/desk.ts'
import { isFolderLocation, parseLocation } from '../../../node/location.ts'
import { shownBy } from '../../../node/merkle/first-look.ts'
import { loadArchive } from '../../../node/merkle/load.ts'
import { isArchive } from '../../../node/merkle/place.ts'
import { isOfBlocks } from '../../../node/open-source.ts'
import { directoryTransport } from '../../../node/transports/directory.ts'
import { type Answer, answer } from '../../command.ts'
import { findNamed } from '../../named-source.ts'
import { contextOf, readState } from '../../session.ts'
import { wordLines } from '../../show.ts'
import { quoted, wrapped } from '../../text.ts'
import { type Call, usage } from './call.ts'
import { accessFor } from './carry.ts'

export async function load(call: Call): Promise<Answer> {
  const { io, words } = call
  const [from = '', to = ''] = words
  const source = await pinnedAt(call, to)
  const folder = source?.pinned.location ?? parseLocation(to)
  if (!isFolderLocation(folder) || isArchive(folder))
    throw usage(`${to} is no folder, and archives are loaded into folders`, 'name the folder in which head.json lies')
  const access = await accessFor(call, from)
  const context = source === undefined ? undefined : contextOf(source, io)
  if (context === undefined) await checkEmpty(folder, io.signal)
  let digest = ''
  const { root, added, kept } = await loadArchive(from, folder, {
    ...{ access, now: io.now(), signal: io.signal },
    // A refusal is thrown, with the blocks that prove it, before anything is written.
    accept: async (_head: Uint8Array, blocks: Transport) => {
      if (context !== undefined) await existing(blocks, context)
      else digest = (await shownBy(blocks, from, io.now(), io.signal)).digest
      return true
    },
  })
  if (source !== undefined) await readState(call.desk, source, io)
  return answer(
    { loaded: from, location: folder, head: root.cid, added, kept, ...(source === undefined ? { root: digest } : {}) },
    ...wrapped([
      `${folder}: ${counted(added, 'block')} from ${from}${kept > 0 ? `; ${counted(kept, 'block')} of it there already` : ''}`,
      `  the head: ${root.cid}`,
    ]),
    ...(source === undefined
      ? [
          '',
          'Nobody here trusts it yet. The root in force, in words, to be compared with someone you trust:',
          ...wordLines(digest),
          '',
          `Then: countersign pin ${quoted(folder)}`,
        ]
      : wrapped([`${source.pinned.name} was judged by what is trusted here: it goes on from there.`])),
  )
}

async function pinnedAt({ desk, io }: Call, text: string): Promise<OpenSource | undefined> {
  const found = await findNamed(desk, text).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'source/not-found') return undefined
    throw thrown
  })
  if (found === undefined) return undefined
  const source = await desk.open(found.pinned.id, undefined, io.signal)
  if (isOfBlocks(source)) return source
  throw usage(
    `${source.pinned.name} is no repository of content-addressed blocks`,
    'load the archive into a new folder',
  )
}

/** Nobody here could say whether the head of the archive may follow what lies there. */
async function checkEmpty(folder: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(folder)) return
  const head = await directoryTransport(folder).read(headName, maxBytes.head, signal)
  if (head === undefined) return
  throw usage(
    `${folder} holds a repository of blocks that is not pinned here`,
    `pin it first, so that the archive is held against it: countersign pin ${quoted(folder)}`,
  )
}
