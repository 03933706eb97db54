// signing-keys.ini of tuf-on-ci-sign: which token holds which key, by the key's id. Read for a hint, and added to after a signature.
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { utf8 } from '../core/bytes.ts'
import { isSameKey } from '../core/key.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Signer } from '../core/signer.ts'
import { remarkUnlessKept } from './afterwards.ts'
import { parseIni, withIniValue } from './ini.ts'
import { directoryTransport } from './transports/directory.ts'

const fileName = 'signing-keys.ini'
const section = 'signing-keys'
const maxBytes = 1024 * 1024

/** As python's platformdirs names it, which that tool asks. */
export function savedKeysFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const name = 'tuf-on-ci-sign'
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', name)
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), name, name)
  const shared = env.XDG_DATA_HOME
  return join(shared !== undefined && isAbsolute(shared) ? shared : join(home, '.local', 'share'), name)
}

/** Key id to the address of the key, "hsm:2?label=YubiKey+PIV+%2315835999". */
export function readSavedKeys(folder: string = savedKeysFolder()): ReadonlyMap<string, string> {
  return parseIni(readText(folder) ?? '').get(section) ?? new Map()
}

/** Keys that are listed already stay as they are. */
export async function saveKeys(
  ids: readonly string[],
  uri: string,
  signal: AbortSignal,
  folder: string = savedKeysFolder(),
): Promise<void> {
  const before = readText(folder)
  const known = readSavedKeys(folder)
  const fresh = ids.filter((id) => !known.has(id))
  if (fresh.length === 0) return
  const text = fresh.reduce((now, id) => withIniValue(now, section, id, uri), before ?? '')
  const base = new Map([[fileName, before === undefined ? null : utf8(before)]])
  await directoryTransport(folder, { create: true }).write(new Map([[fileName, utf8(text)]]), base, 'keys', signal)
}

/** Where tuf-on-ci-sign looks for it, so that it finds the same token for these documents; a sentence where that failed. */
export async function keepAddress(
  { id, key }: Pick<Signer, 'id' | 'key'>,
  signed: readonly Proposal[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const uri = savedUri(id)
  if (uri === undefined) return undefined
  const entries = signed.flatMap(({ quorums }) => quorums.flatMap(({ keys }) => keys))
  const own = entries.filter((one) => one.key !== undefined && isSameKey(one.key, key))
  const ids = [...new Set(own.flatMap((one) => one.ids))]
  return remarkUnlessKept('the address of the key', () => saveKeys(ids, uri, signal))
}

/** That tool knows keys in the slot 9c of a YubiKey only. */
export function savedUri(signerId: string): string | undefined {
  const serial = /^piv:(\d+)\/9c$/.exec(signerId)?.[1]
  return serial === undefined ? undefined : `hsm:2?label=YubiKey+PIV+%23${serial}`
}

function readText(folder: string): string | undefined {
  const path = join(folder, fileName)
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size <= maxBytes ? readFileSync(path, 'utf8') : undefined
}
