// Which FIDO2 tokens come and go. The system does not tell programs, so the list of devices is read again and again; the
// tokens themselves are talked to only when something changed.
import { toErrorData } from '../../core/error.ts'
import type { Token, TokenList } from '../../core/token.ts'
import type { HidDevice, HidDevices } from '../hid.ts'

/** Linux shows a device some time before it lets its user open it; a browser that has it lets it go after a while. */
const retryPolls = 3

export interface DeviceWatch {
  devices: HidDevices
  pollMs: number
  describe(signal: AbortSignal): Promise<TokenList>
  /** What a token is shown as until it was asked. */
  placeholder(device: HidDevice): Token
}

export interface DeviceWatcher {
  watch(hear: (list: TokenList) => void): () => void
  /** What the tokens hold has changed. */
  refresh(): void
}

export function watchDevices({ devices, pollMs, describe, placeholder }: DeviceWatch): DeviceWatcher {
  const hearers = new Set<(list: TokenList) => void>()
  let current: TokenList | undefined
  let seen: string | undefined
  let timer: NodeJS.Timeout | undefined
  let stop = new AbortController()
  let retryAt = Number.POSITIVE_INFINITY
  let looking = false
  let again = false

  function tell(list: TokenList): void {
    current = list
    for (const hear of hearers) hear(list)
  }

  async function look(): Promise<void> {
    const { signal } = stop
    let now: string
    try {
      const found = await devices.list()
      now = found.map(({ path, product, serialNumber }) => `${path}\n${product}\n${serialNumber ?? ''}`).join('\n\n')
      const isStale = performance.now() > retryAt
      if ((now === seen && !isStale) || signal.aborted) return
      const shown = new Map(current?.tokens.map((token) => [token.id, token]))
      const tokens = found
        .map(placeholder)
        .map((token) => (seen === undefined ? token : (shown.get(token.id) ?? token)))
      tell({ tokens, problems: current?.problems ?? [] })
    } catch (thrown) {
      const error = toErrorData(thrown)
      now = `problem: ${error.message}`
      if (now === seen || signal.aborted) return
      tell({ tokens: [], problems: [{ where: 'FIDO2 tokens', error }] })
      seen = now
      return
    }
    const list = await describe(signal)
    if (signal.aborted) return
    seen = now
    const isUnsettled = list.tokens.some(
      ({ problem }) => problem?.code === 'signer/busy' || problem?.code === 'signer/failed',
    )
    retryAt = isUnsettled ? performance.now() + retryPolls * pollMs : Number.POSITIVE_INFINITY
    tell(list)
  }

  async function turn(): Promise<void> {
    if (looking) {
      again = true
      return
    }
    looking = true
    clearTimeout(timer)
    try {
      do {
        again = false
        await look()
      } while (again)
    } catch {
      // Cancelled, or the folder of the keys cannot be read now: the next look says so, or finds it mended.
    } finally {
      looking = false
      if (hearers.size > 0) timer = setTimeout(turn, pollMs)
    }
  }

  return {
    watch: (hear) => {
      if (hearers.size === 0) {
        stop = new AbortController()
        seen = undefined
        current = undefined
      }
      hearers.add(hear)
      if (current === undefined) void turn()
      else hear(current)
      return () => {
        hearers.delete(hear)
        if (hearers.size > 0) return
        clearTimeout(timer)
        stop.abort()
      }
    },
    refresh: () => {
      if (hearers.size === 0) return
      seen = undefined
      void turn()
    },
  }
}
