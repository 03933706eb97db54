// A first look at a registry that nobody here trusts yet: whether it is one, and the record that begins its operator's log.
import type { Anchor, Context } from '../../core/system.ts'
import { wargForm } from '../../core/systems/warg/carried-form.ts'
import { parsePage, signedBytes } from '../../core/systems/warg/encoding/wire.ts'
import { fault } from '../../core/systems/warg/fault.ts'
import { checkpointName, maxBytes, operatorSubject, pageName } from '../../core/systems/warg/files.ts'
import { openRegistry } from '../../core/systems/warg/registry.ts'
import { type FileSystem, fileSystem } from '../file-system.ts'
import { isFolderLocation } from '../location.ts'
import type { PlaceOptions } from '../place.ts'
import { isWargLocation } from '../transports/warg/address.ts'
import { openWarg } from './place.ts'

/** Its address says so, or the folder holds a checkpoint and a log of an operator. */
export async function isWarg(location: string, { fs = fileSystem }: PlaceOptions): Promise<boolean> {
  if (isWargLocation(location)) return true
  if (!isFolderLocation(location)) return false
  return (await isThere(location, checkpointName, fs)) && isThere(location, pageName(operatorSubject, 1), fs)
}

async function isThere(folder: string, name: string, fs: FileSystem): Promise<boolean> {
  return (await fs.lstatIfPresent(`${folder}/${name}`).catch(() => undefined)) !== undefined
}

/** As received, once all that the registry says of its operator was verified from it. */
export async function lookAtOperator(
  location: string,
  now: Date,
  signal: AbortSignal,
  options: PlaceOptions,
): Promise<{ anchor: Anchor }> {
  const { transport } = await openWarg(location, options)
  // A registry is asked for its logs as of its checkpoint.
  await transport.read(checkpointName, maxBytes.checkpoint, signal)
  const name = pageName(operatorSubject, 1)
  const page = await transport.read(name, maxBytes.page, signal)
  const [first] = page === undefined ? [] : parsePage(page, name)
  if (first === undefined) {
    throw fault('no-operator-log', 'source/not-found', `${location} has no log of an operator`, {
      hint: 'check the address, or name the folder that holds its checkpoint and logs',
    })
  }
  const { contents, keyId, signature } = first
  const bytes = signedBytes({ contents, keyId, signature })
  const anchor = await wargForm.readAnchor(bytes, 'the first record of the operator')
  const context: Context = { anchor: bytes, now, signal }
  await openRegistry(transport, context)
  return { anchor }
}
