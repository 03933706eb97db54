// PKCS#11 tokens: what is plugged in, through the modules that a person configured, and the way to sign with it.
import { toHex } from '../../core/bytes.ts'
import { AppError, toErrorData } from '../../core/error.ts'
import type { Token, TokenList, TokenSlot } from '../../core/token.ts'
import { visible } from '../../core/visible.ts'
import { checkCancelled } from '../cancel.ts'
import { type Pkcs11Key, readKeys } from '../pkcs11/keys.ts'
import { fitsKey, fitsToken } from '../pkcs11/match.ts'
import { maxObjects, type Pkcs11 } from '../pkcs11/port.ts'
import { type FoundToken, type Inventory, openShelf, tokenName } from '../pkcs11/shelf.ts'
import { signWithToken } from '../pkcs11/signing.ts'
import { parseKeyUri } from '../pkcs11/uri.ts'
import { nativePkcs11 } from '../pkcs11-module.ts'
import type { TokenDriver } from '../tokens.ts'

export interface Pkcs11Tokens extends TokenDriver {
  /** The signer id of the one key that an RFC 7512 or "hsm:" address means, of those that can sign here now. */
  find(uri: string, signal: AbortSignal): Promise<string>
}

export interface Pkcs11Options {
  /** Paths of the modules the person configured, asked anew each time: nothing else is ever loaded. */
  modules: () => Promise<readonly string[]>
  pollMs?: number
  pkcs11?: Pkcs11
}

interface Reading {
  token: FoundToken
  keys: readonly Pkcs11Key[]
  problem?: unknown
}

export function pkcs11Tokens({ modules, pollMs = 2_000, pkcs11 = nativePkcs11() }: Pkcs11Options): Pkcs11Tokens {
  const shelf = openShelf(pkcs11, modules)
  const hearers = new Set<(list: TokenList) => void>()
  /** What was read of a token stays good for as long as it stays plugged in, or until it is asked for anew. */
  let known = new Map<string, Reading>()
  let last: { list: TokenList; text: string } | undefined
  let hasModules = true
  let timer: NodeJS.Timeout | undefined

  function read(inventory: Inventory, anew: boolean): Reading[] {
    const readings = inventory.tokens.map((token): Reading => {
      const before = known.get(token.id)
      if (!anew && before !== undefined && before.problem === undefined && isSame(before.token, token)) {
        return { token, keys: before.keys }
      }
      try {
        return { token, keys: readToken(token) }
      } catch (problem) {
        return { token, keys: [], problem }
      }
    })
    known = new Map(readings.map((reading) => [reading.token.id, reading]))
    return readings
  }

  /** Those who watch hear what changed. */
  function tell(list: TokenList): void {
    const text = JSON.stringify(list, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))
    if (text === last?.text) return
    last = { list, text }
    for (const hear of hearers) hear(list)
  }

  async function look(anew: boolean): Promise<{ list: TokenList; readings: readonly Reading[] }> {
    const release = shelf.hold()
    try {
      return await shelf.exclusive(async () => {
        const inventory = await shelf.inventory()
        const readings = read(inventory, anew)
        const list = { tokens: readings.map(toToken), problems: inventory.problems }
        tell(list)
        hasModules = inventory.modules > 0
        pollOnce()
        return { list, readings }
      })
    } finally {
      release()
    }
  }

  /** Only while somebody watches and there is a module to ask; the next list() sees one that was added. */
  function pollOnce(): void {
    clearTimeout(timer)
    timer = undefined
    if (hearers.size === 0 || !hasModules) return
    timer = setTimeout(lookForWatchers, pollMs)
  }

  async function lookForWatchers(): Promise<void> {
    try {
      await look(false)
    } catch (thrown) {
      // Not even the list of modules can be read: said once, and tried again.
      tell({ tokens: [], problems: [{ where: 'PKCS#11', error: toErrorData(thrown) }] })
      pollOnce()
    }
  }

  return {
    watch: (hear) => {
      const release = shelf.hold()
      hearers.add(hear)
      if (hearers.size === 1) {
        last = undefined
        void lookForWatchers()
      } else if (last !== undefined) hear(last.list)
      return () => {
        hearers.delete(hear)
        if (hearers.size === 0) pollOnce()
        release()
      }
    },
    list: async (signal) => {
      checkCancelled(signal)
      // A token waits for a touch, maybe for long: what was last heard is the answer then.
      if (shelf.isSigning() && last !== undefined) return last.list
      return (await look(true)).list
    },
    sign: async (request, prompt, signal) => {
      const release = shelf.hold()
      try {
        return await signWithToken(shelf, request, prompt, signal)
      } finally {
        release()
      }
    },
    find: async (uri, signal) => {
      checkCancelled(signal)
      const wanted = parseKeyUri(uri)
      const { readings, list } = await look(true)
      const fitting = readings
        .filter(({ token }) => fitsToken(wanted, token))
        .flatMap(({ token, keys }) => keys.filter((key) => fitsKey(wanted, key)).map((key) => signerIdOf(token, key)))
      const [only] = fitting
      if (only !== undefined && fitting.length === 1) return only
      throw notOne(fitting, list)
    },
  }
}

function notOne(fitting: readonly string[], list: TokenList): AppError {
  if (fitting.length > 1) {
    return new AppError({
      code: 'usage/invalid',
      message: `${fitting.length} keys here fit this address`,
      hint: `choose one of ${fitting.join(', ')}`,
    })
  }
  const [problem] = list.problems
  return new AppError({
    code: 'signer/absent',
    message:
      problem === undefined
        ? 'no key that can sign here fits this address'
        : `no key here fits this address, and a place to look failed: ${problem.error.message}`,
    hint: problem?.error.hint ?? 'insert the token, and add its PKCS#11 module in the settings',
  })
}

function isSame(before: FoundToken, now: FoundToken): boolean {
  return (
    before.module === now.module &&
    before.slot.handle === now.slot.handle &&
    before.info.serial === now.info.serial &&
    before.info.label === now.info.label
  )
}

function readToken({ module, slot, info }: FoundToken): Pkcs11Key[] {
  const session = module.openSession(slot)
  try {
    return readKeys(session, module.mechanisms(slot), info.loginRequired)
  } finally {
    session.close()
  }
}

function signerIdOf(token: FoundToken, key: Pkcs11Key): string {
  return `${token.id}/${key.id}`
}

function toToken({ token, keys, problem }: Reading): Token {
  const { info, slot, path } = token
  return {
    id: token.id,
    kind: 'pkcs11',
    name: tokenName(token),
    ...(info.serial === '' ? {} : { serial: visible(info.serial) }),
    ...(info.firmware === '0.0' ? {} : { firmware: info.firmware }),
    reader: visible(`${slot.description}, through ${path}`),
    rehearsal: false,
    ...(info.loginRequired ? { pin: pinOf(token) } : {}),
    slots: keys.map((key) => toSlot(token, key)),
    reading: false,
    advisories: keys.length >= maxObjects ? [`only the first ${maxObjects} of its objects were read`] : [],
    ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
  }
}

function pinOf({ info }: FoundToken): NonNullable<Token['pin']> {
  const left = info.pinState === 'locked' ? 0 : info.pinState === 'final-try' ? 1 : undefined
  return {
    ...(left === undefined ? {} : { triesLeft: left }),
    ...(info.pinIsDefault ? { isDefault: true } : {}),
  }
}

function toSlot(token: FoundToken, key: Pkcs11Key): TokenSlot {
  return {
    id: key.id,
    name: key.label === '' ? `Key ${key.id}` : visible(key.label),
    algorithm: key.algorithm,
    ...(key.key === undefined ? {} : { key: key.key, signerId: signerIdOf(token, key) }),
    ...(key.why === undefined ? {} : { why: key.why }),
    ...(key.pinPolicy === undefined ? {} : { pinPolicy: key.pinPolicy }),
    ...(key.origin === undefined ? {} : { origin: key.origin }),
    ...(key.certificate === undefined ? {} : { certificate: key.certificate }),
  }
}
