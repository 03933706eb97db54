// Smart card readers of the operating system: the only importer of its native module.
import type { Client, Card as NativeCard, Reader, Transaction } from 'pcsc-mini'
import { AppError, toErrorData } from '../core/error.ts'
import { apduLimitMs, type Card, connectLimitMs, type Readers, type ReadersState } from './card.ts'

type Native = typeof import('pcsc-mini')

/** The module's own default of 264 bytes is too small for a response of 256 bytes to an extended APDU. */
const responseBytes = 65_544
/** How soon a smart card service that is not there is looked for again. */
const retryMs = 1_000
/** Without any reader the service says nothing at all; with some, each is told of right after the other. */
const firstWordMs = 300
const nextWordMs = 30

export interface PcscOptions {
  /** A card has kept silent beyond its limit: its thread is lost to this process until the card answers. */
  onStuck?: () => void
}

export function systemReaders({ onStuck }: PcscOptions = {}): Readers {
  const hearers = new Set<(state: ReadersState) => void>()
  const cards = new Map<string, { reader: Reader; hasCard: boolean; insertion: number }>()
  let problem: AppError | undefined
  let insertions = 0
  let isComplete = false
  let completing: NodeJS.Timeout | undefined
  let running: { client: Client } | undefined
  let retry: NodeJS.Timeout | undefined

  const state = (): ReadersState => ({
    readers: [...cards].map(([name, { hasCard, insertion }]) => ({ name, hasCard, insertion })),
    complete: isComplete || problem !== undefined,
    ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
  })
  const tell = (): void => {
    for (const hear of hearers) hear(state())
  }

  function completeIn(ms: number): void {
    if (isComplete) return
    clearTimeout(completing)
    completing = setTimeout(() => {
      isComplete = true
      tell()
    }, ms)
  }

  function lose(thrown: unknown): void {
    // After an error the module still says that it runs: only a new client can hear again.
    stop()
    cards.clear()
    problem = translate(thrown)
    tell()
    retry = setTimeout(() => void start(), retryMs)
  }

  async function start(): Promise<void> {
    retry = undefined
    if (running !== undefined) return
    let native: Native
    try {
      native = await loadNative()
    } catch (thrown) {
      problem = translate(thrown)
      return tell()
    }
    if (hearers.size === 0) return
    const { ReaderStatus } = native
    const client = new native.Client()
    const mine = { client }
    running = mine
    client.on('error', (error) => {
      if (running === mine) lose(error)
    })
    client.on('reader', (reader) => {
      const name = reader.name()
      cards.set(name, { reader, hasCard: false, insertion: 0 })
      reader.on('change', (status) => {
        const known = cards.get(name)
        if (known === undefined || running !== mine) return
        const hasCard = status.has(ReaderStatus.PRESENT) && !status.has(ReaderStatus.MUTE)
        completeIn(nextWordMs)
        if (hasCard === known.hasCard) return
        cards.set(name, { reader, hasCard, insertion: hasCard ? ++insertions : known.insertion })
        tell()
      })
      reader.on('disconnect', () => {
        if (running !== mine) return
        cards.delete(name)
        tell()
      })
      tell()
    })
    try {
      client.start()
      completeIn(firstWordMs)
      const wasLost = problem !== undefined
      problem = undefined
      if (wasLost) tell()
    } catch (thrown) {
      lose(thrown)
    }
  }

  function stop(): void {
    clearTimeout(retry)
    clearTimeout(completing)
    retry = undefined
    isComplete = false
    const client = running?.client
    running = undefined
    try {
      client?.stop()
    } catch {
      // It never ran, or died before: there is nothing left to stop.
    }
  }

  return {
    watch: (hear) => {
      hearers.add(hear)
      hear(state())
      if (running === undefined && retry === undefined) void start()
      return () => {
        hearers.delete(hear)
        if (hearers.size > 0) return
        stop()
        cards.clear()
      }
    },
    connect: async (name, limitMs = connectLimitMs) => {
      const reader = cards.get(name)?.reader
      if (reader === undefined) throw problem ?? pulled(undefined)
      return connect(await loadNative(), reader, limitMs, onStuck)
    },
  }
}

async function loadNative(): Promise<Native> {
  return import('pcsc-mini')
}

async function connect(native: Native, reader: Reader, limitMs: number, onStuck?: () => void): Promise<Card> {
  const { CardMode, CardDisposition, Protocol } = native
  let isLate = false
  /** Connecting waits for as long as any other program holds a transaction; what comes too late is given back. */
  const opening = (async (): Promise<{ card: NativeCard; transaction: Transaction }> => {
    const card = await reader.connect(CardMode.SHARED, Protocol.ANY)
    try {
      const transaction = await begin(native, card)
      if (isLate) await transaction.end(CardDisposition.LEAVE)
      else return { card, transaction }
    } catch (thrown) {
      await card.disconnect(CardDisposition.LEAVE).catch(() => undefined)
      throw thrown
    }
    await card.disconnect(CardDisposition.LEAVE)
    throw busy(undefined)
  })()
  const { card, transaction } = await within(opening, limitMs, () => {
    isLate = true
    return busy(undefined)
  }).catch((thrown: unknown) => {
    throw translate(thrown)
  })

  let isStuck = false
  return {
    transmit: async (command, transmitLimitMs = apduLimitMs) => {
      const buffer = new ArrayBuffer(responseBytes)
      try {
        const response = await within(card.transmit(command, buffer), transmitLimitMs, () => {
          isStuck = true
          onStuck?.()
          return silent(transmitLimitMs)
        })
        // A card that is pulled in mid-command is reported as a success without a single byte.
        if (response.length < 2) throw pulled(undefined)
        return response.slice()
      } catch (thrown) {
        throw translate(thrown)
      }
    },
    end: async (how) => {
      const done = (async () => {
        await transaction.end(how === 'reset' ? CardDisposition.RESET : CardDisposition.LEAVE)
      })()
        .catch(() => undefined)
        .then(() => card.disconnect(how === 'reset' ? CardDisposition.RESET : CardDisposition.LEAVE))
        .catch(() => undefined)
      // A card that keeps silent holds these as well: whoever waits for them waits for ever.
      if (!isStuck) await within(done, connectLimitMs, () => undefined).catch(() => undefined)
    },
  }
}

/** Another program may have reset the card between our connecting and our turn. */
async function begin(native: Native, card: NativeCard): Promise<Transaction> {
  try {
    return await card.transaction()
  } catch (thrown) {
    if (codeOf(thrown) !== 'ResetCard') throw thrown
    await card.reconnect(native.CardMode.SHARED, native.CardDisposition.LEAVE)
    return card.transaction()
  }
}

async function within<T>(work: Promise<T>, limitMs: number, late: () => unknown): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs)
  })
  // The loser of the race must not become an unhandled rejection.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}

const gone = new Set([
  'RemovedCard',
  'NoSmartCard',
  'NoSmartcard',
  'UnpoweredCard',
  'NotTransacted',
  'ReaderUnavailable',
  'UnknownReader',
])
const noService = new Set([
  'NoService',
  'ServiceStopped',
  'CommError',
  'Shutdown',
  'InternalError',
  'NoReadersAvailable',
])

/** The service's own errors, translated here and nowhere else. */
function translate(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const code = codeOf(thrown)
  if (gone.has(code)) return pulled(thrown)
  if (code === 'SharingViolation') return busy(thrown)
  if (noService.has(code)) return serviceAbsent(thrown)
  if (/MODULE_NOT_FOUND|ERR_DLOPEN/.test(code)) return moduleAbsent(thrown)
  const about = code === '' ? '' : ` (${code})`
  return new AppError({
    code: 'signer/failed',
    message: `the smart card reader reports a failure${about}`,
    hint: 'take the token out, put it in again, and repeat; nothing was signed',
    cause: thrown,
  })
}

function pulled(cause: unknown): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'the token was taken out, or is not there',
    hint: 'put the token in, wait until it is shown, and repeat; nothing was signed',
    cause,
  })
}

function busy(cause: unknown): AppError {
  return new AppError({
    code: 'signer/busy',
    message: 'another program is using this token',
    hint: 'close what uses it (a browser, gpg, an authenticator app), or wait until it is done, and repeat',
    cause,
  })
}

function silent(limitMs: number): AppError {
  return new AppError({
    code: 'signer/touch-timeout',
    message: `the token did not answer within ${Math.round(limitMs / 1000)} seconds`,
    hint: 'touch it when it blinks; if it does not blink, take it out, put it in again, and repeat',
  })
}

function serviceAbsent(cause: unknown): AppError {
  const hints: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'start the smart card service pcscd (on Debian: apt install pcscd, then systemctl start pcscd.socket)',
    win32: 'start the Windows service "Smart Card", and plug the token in',
    darwin: 'plug the token in; macOS starts its smart card service by itself',
  }
  return new AppError({
    code: 'signer/absent',
    message: 'the smart card service of this computer is not running',
    hint: hints[process.platform] ?? 'start the smart card service',
    cause,
  })
}

function moduleAbsent(cause: unknown): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: 'smart cards cannot be used here: the library for them does not load',
    hint:
      process.platform === 'linux' ? 'install libpcsclite1, and start Countersign again' : 'install Countersign again',
    cause,
  })
}
