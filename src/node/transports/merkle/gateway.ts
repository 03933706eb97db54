// A gateway to content-addressed blocks, or a plain web server that shows a folder of them, as a read-only Transport. Nobody has to
// be trusted for a block: it is hashed as soon as it is here.
import { basename, dirname } from 'node:path'
import { AppError } from '../../../core/error.ts'
import { parseJson } from '../../../core/json.ts'
import { checkBlock } from '../../../core/systems/merkle/blocks.ts'
import { type Link, parseLink } from '../../../core/systems/merkle/cid.ts'
import { cidOfBlock, headName, pendingPrefix, subjectOfPending } from '../../../core/systems/merkle/files.ts'
import { byCodePoint, checkSize, type Transport } from '../../../core/transport.ts'
import { badStatus, urlOfName } from '../../web/client.ts'
import { checkIsData, exchange, type Whole } from '../../web/exchange.ts'
import type { Access } from '../../web/send.ts'
import { directoryTransport } from '../directory.ts'
import { headUrl, type MerkleAddress } from './address.ts'
import { KeptBlocks } from './kept-blocks.ts'

export interface GatewayOptions {
  /** Until the server begins to answer. */
  answerMs?: number
  /** Between two pieces of an answer. */
  idleMs?: number
  /** For the whole of one answer. */
  totalMs?: number
  access?: Access
  /** Of blocks that are not asked for again. */
  keptBytes?: number
}

const indexName = `${pendingPrefix}index.json`
const maxIndexBytes = 1024 * 1024
const rawBlock = 'application/vnd.ipld.raw'

export function gatewayTransport(address: MerkleAddress, options: GatewayOptions = {}): Transport {
  const { access = {}, keptBytes, ...times } = options
  const limits = { answerMs: 15_000, idleMs: 15_000, totalMs: 120_000, ...times }
  const base = new URL(address.gateway)
  const kept = new KeptBlocks(keptBytes)

  async function get(
    url: URL,
    maxBytes: number,
    { accept = '*/*', isListed = false }: { accept?: string; isListed?: boolean },
    signal: AbortSignal,
  ): Promise<Whole | undefined> {
    // A token is for the server of the blocks, not for another at which the head lies.
    const own = url.origin === base.origin ? base : new URL(url.origin)
    const { bearer: _, ...others } = access
    const headers = { accept, 'cache-control': 'no-cache' }
    // Gateways refuse blocks with 403 and 410, which says nothing about whether there are any.
    const also = isListed ? [] : [403, 410]
    const asked = { ...limits, maxBytes, headers, also, access: own === base ? access : others }
    const found = await exchange(url, own, asked, signal)
    if (found !== undefined && (found.status < 200 || found.status > 299)) throw badStatus(url, found)
    return found
  }

  async function block(name: string, link: Link, maxBytes: number, signal: AbortSignal) {
    const known = kept.get(link.cid)
    if (known !== undefined) return sized(name, known, maxBytes)
    const url = urlOfName(base, name)
    url.search = '?format=raw'
    const found = await get(url, maxBytes, { accept: rawBlock }, signal)
    if (found === undefined) return undefined
    try {
      checkBlock(link, found.bytes)
    } catch (thrown) {
      // A page that asks people to sign in is no lie about a block. What has the right hash may be called what it likes.
      checkIsData(url, found)
      throw thrown
    }
    kept.put(link.cid, found.bytes)
    return found.bytes
  }

  async function data(url: URL, maxBytes: number, isListed: boolean, signal: AbortSignal) {
    const found = await get(url, maxBytes, { isListed }, signal)
    if (found === undefined) return undefined
    checkIsData(url, found)
    return found.bytes
  }

  return {
    // Web servers have no lists. Whoever wants changes to be found there writes their names into a file; where none is, none are found.
    list: async (prefix, signal) => {
      if (!prefix.startsWith(pendingPrefix)) throw notListed(base)
      const bytes = await data(urlOfName(base, indexName), maxIndexBytes, true, signal)
      return bytes === undefined ? [] : namesIn(bytes).filter((name) => name.startsWith(prefix))
    },
    read: async (name, maxBytes, signal) => {
      if (name === headName) {
        const url = headUrl(address)
        return url === undefined ? headFile(address.head ?? '', maxBytes, signal) : data(url, maxBytes, false, signal)
      }
      const cid = cidOfBlock(name)
      if (cid !== undefined) return block(name, parseLink(cid, name), maxBytes, signal)
      if (subjectOfPending(name) === undefined) return undefined
      return data(urlOfName(base, name), maxBytes, true, signal)
    },
    write: async () => {
      throw new AppError({
        code: 'usage/invalid',
        message: `${base.href} is a gateway, which is only read`,
        hint: 'publish in the folder of the repository, then upload it',
      })
    },
  }
}

/** A head that lies on this machine, beside no blocks. */
function headFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  return directoryTransport(dirname(path)).read(basename(path), maxBytes, signal)
}

function sized(name: string, bytes: Uint8Array, maxBytes: number): Uint8Array {
  checkSize(name, bytes.length, maxBytes)
  return bytes
}

/** Other names than those of changes may stand there, and are passed over. */
function namesIn(bytes: Uint8Array): string[] {
  const value = parseJson(bytes, indexName).value()
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw new AppError({
      code: 'format/malformed',
      message: `${indexName} is no list of names`,
      hint: 'ask whoever keeps the repository to write it anew, or to take it away',
    })
  }
  return [...new Set(value.filter((name) => subjectOfPending(name) !== undefined))].sort(byCodePoint)
}

function notListed(base: URL): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${base.href} is a gateway, which cannot be listed`,
    hint: 'name what is looked for, or load an archive of the repository',
  })
}
