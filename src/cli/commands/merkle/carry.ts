// merkle save, load, upload: a repository as an archive of blocks, from one into a folder, and to a node or a service.

import { AppError } from '../../../core/error.ts'
import { counted } from '../../../core/systems/merkle/graph/words.ts'
import { existing } from '../../../core/systems/merkle/repository.ts'
import { follows } from '../../../node/merkle/follows.ts'
import { isArchive } from '../../../node/merkle/place.ts'
import { saveArchive } from '../../../node/merkle/save.ts'
import { type UploadedArchive, uploadArchive } from '../../../node/merkle/upload.ts'
import { parseMerkleAddress } from '../../../node/transports/merkle/address.ts'
import type { Access } from '../../../node/web/send.ts'
import { asAccess, readAccess } from '../../access.ts'
import { type Answer, answer } from '../../command.ts'
import { quoted, wrapped } from '../../text.ts'
import { type Call, openBlocks, usage, withoutAccess } from './call.ts'

export async function save(call: Call): Promise<Answer> {
  const [, file = ''] = call.words
  if (!isArchive(file)) throw usage(`${file} is no name of an archive`, 'give a file whose name ends in .car')
  const { source, context } = await openBlocks(call)
  // Nothing goes on from here that a client would refuse, or that goes back behind what was trusted.
  await existing(source.transport, context)
  const history = !call.parsed.flag('in-force')
  const { anchor, signal } = context
  const { root, blocks, bytes } = await saveArchive(source.transport, file, { anchor, history, signal })
  return answer(
    { saved: file, head: root.cid, blocks, bytes },
    ...wrapped([
      `${file}: ${source.pinned.name}, ${counted(blocks, 'block')}, ${bytes} bytes${history ? '' : '; of older versions only the roots'}`,
      `  the head: ${root.cid}`,
      `Elsewhere: countersign merkle load ${quoted(file)} DIR; or look at it as it is: countersign pin ${quoted(file)}`,
    ]),
  )
}

export async function upload(call: Call): Promise<Answer> {
  const { io, parsed, words } = call
  const [, endpoint = ''] = words
  const shownAt = parsed.text('gateway')
  const gateway = shownAt === undefined ? undefined : parseMerkleAddress(`merkle+${shownAt.replace(/^merkle\+/i, '')}`)
  const { source, context } = await openBlocks(withoutAccess(call))
  await existing(source.transport, context)
  const access = await accessFor(call, endpoint)
  const { anchor } = context
  const head = parsed.text('head')
  const uploaded = await uploadArchive(source.transport, {
    ...{ anchor, signal: io.signal, endpoint, form: parsed.flag('kubo') ? 'dag-import' : 'body', access },
    ...(head === undefined ? {} : { head }),
    ...(gateway === undefined ? {} : { gateway }),
    pin: !parsed.flag('no-pin'),
    replaces: async (there) => there === undefined || follows(source.transport, there, context),
  })
  return answerTo(uploaded, { endpoint, head, shownAt: gateway?.gateway }, source.pinned.name)
}

function answerTo(
  { root, blocks, bytes, shown }: UploadedArchive,
  { endpoint, head, shownAt }: { endpoint: string; head: string | undefined; shownAt: string | undefined },
  name: string,
): Answer {
  const said = answer(
    { uploaded: endpoint, head: root.cid, blocks, bytes, ...(shown === undefined ? {} : { shown }) },
    ...wrapped([
      `sent ${name} to ${endpoint}: ${counted(blocks, 'block')}, ${bytes} bytes`,
      `  the head: ${root.cid}`,
      head === undefined
        ? 'The head was put nowhere: clients see it once head.json, where they read it, holds this block.'
        : `  it lies at ${head}, and was read back there`,
      ...(shown === undefined
        ? ['Nothing was read back: name a gateway to have every block read through it, --gateway URL']
        : [
            `  ${shownAt} shows ${shown.blocks} of ${blocks} blocks, and ${shown.head ? 'this head' : 'not this head'}`,
          ]),
    ]),
  )
  if (shown === undefined || (shown.blocks === blocks && (shown.head || head === undefined))) return said
  const failed = new AppError({
    code: 'source/rejected',
    message: `${shownAt} does not show all of what was sent: ${shown.blocks} of ${blocks} blocks`,
    hint: 'it may take a while until a gateway has them; repeat the upload, which changes nothing that is there',
  })
  return { ...said, failed }
}

/** Of the address that is sent to, or fetched from; SOURCE is reached as it always is. */
export async function accessFor({ desk, parsed, io }: Call, address: string): Promise<Access> {
  if (parsed.text('ca') === undefined && !parsed.flag('token')) return {}
  return asAccess(await readAccess(desk, parsed, address, io.signal))
}
