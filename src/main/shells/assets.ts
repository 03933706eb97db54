// The built pages, read once into memory: a window can be given these files by name and no other file at all.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../core/error.ts'
import { contentTypeOf, responseHeaders } from './window-policy.ts'

export interface Asset {
  bytes: Uint8Array<ArrayBuffer>
  headers: Readonly<Record<string, string>>
}

/** Names begin with a slash, as in the address. Links and unknown kinds of files are left out. */
export function readAssets(directory: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>()
  const visit = (folder: string, prefix: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      const name = `${prefix}/${entry.name}`
      if (entry.isDirectory()) visit(path, name)
      const type = entry.isFile() ? contentTypeOf(entry.name) : undefined
      if (type !== undefined)
        assets.set(name, { bytes: new Uint8Array(readFileSync(path)), headers: responseHeaders(type, name) })
    }
  }
  try {
    visit(directory, '')
  } catch (cause) {
    throw notBuilt(cause)
  }
  if (!assets.has('/index.html') || !assets.has('/prompt.html')) throw notBuilt()
  return assets
}

function notBuilt(cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'the window has not been built',
    hint: 'run npm run build',
    ...(cause === undefined ? {} : { cause }),
  })
}
