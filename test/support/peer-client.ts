// The client that no one here wrote: tuf-js decides whether what we publish is a TUF repository.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Updater } from 'tuf-js'

export interface PeerResult {
  root: number
  targets: number
  content?: string
}

/** Starts from `root`, refreshes over HTTP, and downloads one target. */
export async function refreshWithPeer(
  folder: string,
  root: Uint8Array,
  url: string,
  target?: string,
): Promise<PeerResult> {
  const [metadataDir, targetDir] = [join(folder, 'peer-metadata'), join(folder, 'peer-targets')]
  mkdirSync(metadataDir, { recursive: true })
  mkdirSync(targetDir, { recursive: true })
  writeFileSync(join(metadataDir, 'root.json'), root)
  const updater = new Updater({
    metadataDir,
    metadataBaseUrl: `${url}/metadata`,
    targetDir,
    targetBaseUrl: `${url}/targets`,
  })
  await updater.refresh()
  const version = (role: string): number =>
    (JSON.parse(readFileSync(join(metadataDir, `${role}.json`), 'utf8')) as { signed: { version: number } }).signed
      .version
  const result: PeerResult = { root: version('root'), targets: version('targets') }
  if (target === undefined) return result
  const info = await updater.getTargetInfo(target)
  if (info === undefined) throw new Error(`the peer does not know ${target}`)
  return { ...result, content: readFileSync(await updater.downloadTarget(info), 'utf8') }
}
