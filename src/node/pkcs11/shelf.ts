// The modules a person configured and the tokens in them: opened when needed, one call at a time, closed when nobody
// needs them, and every token with an id that means one token only.
import { createHash } from 'node:crypto'
import { AppError, toErrorData } from '../../core/error.ts'
import type { TokenProblem } from '../../core/token.ts'
import { tokenLabel } from '../../core/token-words.ts'
import { visible } from '../../core/visible.ts'
import type { Pkcs11, Pkcs11Module, Pkcs11Slot, Pkcs11TokenInfo } from './port.ts'
import { escapeText } from './uri.ts'

export interface FoundToken {
  /** "pkcs11:SERIAL"; followed by "~" and a hash where that would mean two tokens. */
  id: string
  /** The same token by what it could also be called, less or more exactly. */
  aliases: readonly string[]
  /** Of the module. */
  path: string
  module: Pkcs11Module
  slot: Pkcs11Slot
  info: Pkcs11TokenInfo
}

export interface Inventory {
  /** How many modules are configured. */
  modules: number
  tokens: readonly FoundToken[]
  problems: readonly TokenProblem[]
}

export interface Shelf {
  /** Looks anew. Only inside `exclusive`. */
  inventory(): Promise<Inventory>
  /** Modules are never called by two at once; some have no locks, and none likes to be asked while it signs. */
  exclusive<T>(run: () => Promise<T>): Promise<T>
  /** The same, for what may wait long for a finger. */
  exclusiveSigning<T>(run: () => Promise<T>): Promise<T>
  isSigning(): boolean
  /** Keeps the modules open until the returned function is called. */
  hold(): () => void
}

export function openShelf(pkcs11: Pkcs11, configured: () => Promise<readonly string[]>): Shelf {
  const modules = new Map<string, Pkcs11Module>()
  let queue: Promise<unknown> = Promise.resolve()
  let holders = 0
  let isSigning = false

  function exclusive<T>(run: () => Promise<T>): Promise<T> {
    const turn = queue.then(run)
    queue = turn.catch(() => undefined)
    return turn
  }

  function exclusiveSigning<T>(run: () => Promise<T>): Promise<T> {
    return exclusive(async () => {
      isSigning = true
      try {
        return await run()
      } finally {
        isSigning = false
      }
    })
  }

  function close(path: string): void {
    modules.get(path)?.close()
    modules.delete(path)
  }

  async function inventory(): Promise<Inventory> {
    const paths = [...new Set(await configured())]
    for (const path of [...modules.keys()]) if (!paths.includes(path)) close(path)
    const found: Omit<FoundToken, 'id' | 'aliases'>[] = []
    const problems: TokenProblem[] = []
    for (const path of paths) {
      try {
        const module = modules.get(path) ?? (await pkcs11.open(path))
        modules.set(path, module)
        for (const slot of module.slots()) {
          if (slot.token !== undefined) found.push({ path, module, slot, info: slot.token })
          else if (slot.problem !== undefined) {
            problems.push({ where: visible(`${slot.description}, ${path}`), error: toErrorData(slot.problem) })
          }
        }
      } catch (thrown) {
        // A module that lost its smart card service recovers only by being started anew: the next look does that.
        close(path)
        problems.push({ where: visible(path), module: path, error: toErrorData(thrown) })
      }
    }
    return { modules: paths.length, tokens: withIds(found), problems }
  }

  function hold(): () => void {
    holders++
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      holders--
      void exclusive(async () => {
        if (holders === 0) for (const path of [...modules.keys()]) close(path)
      })
    }
  }

  return { inventory, exclusive, exclusiveSigning, isSigning: () => isSigning, hold }
}

function withIds(found: readonly Omit<FoundToken, 'id' | 'aliases'>[]): FoundToken[] {
  const named = found.map((token) => {
    const plain = `pkcs11:${escapeText(token.info.serial)}`
    const byLabel = `${plain}~${shortHash(token.path, token.info.label)}`
    const bySlot = `${plain}~${shortHash(token.path, token.info.label, token.slot.handle)}`
    return { token, names: [plain, byLabel, bySlot] }
  })
  const isUnique = (name: string) => named.filter(({ names }) => names.includes(name)).length === 1
  return named.map(({ token, names }) => {
    // A token without a serial number would take the bare scheme for its id.
    const usable = token.info.serial === '' ? names.slice(1) : names
    return { ...token, id: usable.find(isUnique) ?? names[2] ?? '', aliases: names }
  })
}

function shortHash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)
}

/** What it calls itself. */
export function tokenName({ info }: FoundToken): string {
  return visible(info.label || info.model || 'token')
}

/** The same with its serial number. */
export function deviceName(token: FoundToken): string {
  return tokenLabel({ name: tokenName(token), serial: visible(token.info.serial) })
}

/** The one token of this id. */
export function pickToken(inventory: Inventory, id: string): FoundToken {
  const exact = inventory.tokens.find((token) => token.id === id)
  if (exact !== undefined) return exact
  const close = inventory.tokens.filter((token) => token.aliases.includes(id))
  const [only] = close
  if (only !== undefined && close.length === 1) return only
  if (close.length > 1) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${close.length} tokens here could be ${id}`,
      hint: `choose one of ${close.map((token) => token.id).join(', ')}`,
    })
  }
  const [problem] = inventory.problems
  throw new AppError({
    code: 'signer/absent',
    message:
      problem === undefined
        ? `the token ${id} is not here`
        : `the token ${id} is not here, and a place to look failed: ${problem.error.message}`,
    hint: problem?.error.hint ?? `insert the token with the serial number ${serialOf(id)}`,
    data: { token: id },
  })
}

function serialOf(id: string): string {
  const text = id.slice('pkcs11:'.length).replace(/~.*$/, '')
  try {
    return visible(decodeURIComponent(text))
  } catch {
    // Not one of our ids: as it stands.
    return visible(text)
  }
}
