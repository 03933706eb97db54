// The revocation of a release, from the path that a person names and the key of whoever begins it.

import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { verifyChain } from '../../core/systems/asfaload/chain.ts'
import { revocationOfFile } from '../../core/systems/asfaload/edit/documents.ts'
import { parseKeyText } from '../../core/systems/asfaload/keys.ts'
import { type Generation, groupsOf } from '../../core/systems/asfaload/signers-file.ts'
import { sameKeyText } from './key-text.ts'
import { releaseThere, type Source } from './listing.ts'
import { projectOf } from './project-of.ts'

/** `initiator`: the text of a key, given those that may revoke. */
export async function revocationEdit(
  source: Source,
  release: string,
  context: Context,
  initiator: (generation: Generation, may: readonly string[]) => Promise<string>,
): Promise<{ path: string; document: Uint8Array }> {
  const project = await projectOf(source, context)
  const { current } = await verifyChain(project, context)
  const { path, bytes } = await releaseThere(source, release, context.signal)
  const may = groupsOf(current, 'revocation').flatMap(({ keys }) => keys.map(({ text }) => text))
  const named = parseKeyText(await initiator(current.generation, may), 'the key')
  const text = sameKeyText(may, named.key)
  if (text === undefined) {
    throw new AppError({
      code: 'signer/wrong-key',
      message: 'this key is not one of those that may revoke',
      hint: 'see whose may: countersign signers SOURCE show',
    })
  }
  return { path, document: await revocationOfFile(bytes, text, context.now) }
}
