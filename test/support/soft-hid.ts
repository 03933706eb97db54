// The HID side of the software authenticator: CTAPHID (CTAP 2.1, 11.2) over reports of 64 bytes, as a USB port sees it. Faults
// can be planted in every report. Nothing of the product's code is used.
import { randomBytes } from 'node:crypto'
import type { AppError } from '../../src/core/error.ts'
import type { HidDevice, HidDevices, HidLink } from '../../src/node/hid.ts'
import { hidLost } from '../../src/node/hid.ts'

export interface Talk {
  /** Tells the host that work goes on (1), or that a touch is waited for (2). */
  keepalive(status: 1 | 2): void
  /** The host gave up. */
  isCancelled(): boolean
}

export interface SoftHidOptions {
  device: HidDevice
  speaksCbor?: boolean
  version?: readonly [number, number, number]
  cbor(request: Buffer, talk: Talk): Promise<Uint8Array>
  vendor?(command: number, data: Buffer): Uint8Array | undefined
}

export interface SoftHid {
  device: HidDevice
  plugged: boolean
  /** Every report that would leave the token; may change it, drop it, or send more. */
  fault: (report: Buffer, index: number) => readonly Buffer[]
  /** Each command that came in as a whole. */
  received: { command: number; data: Buffer }[]
  /** That many questions are answered with "channel busy" first. */
  busyFor: number
  openError?: AppError
  /** How many programs have it open. */
  links(): number
  unplug(): void
  plug(): void
  open(): HidLink
}

interface Incoming {
  command: number
  length: number
  parts: Buffer
  next: number
}

const ping = 0x01
const initCommand = 0x06
const cborCommand = 0x10
const cancel = 0x11
const keepaliveCommand = 0x3b
const errorCommand = 0x3f

export function softHid(options: SoftHidOptions): SoftHid {
  const links = new Set<{ hear?: (report: Uint8Array) => void; lost?: (error: AppError) => void }>()
  const incoming = new Map<number, Incoming>()
  const channels = new Set<number>()
  let working: { channel: number; cancelled: boolean } | undefined
  let sent = 0

  function out(channel: number, command: number, data: Uint8Array): void {
    const reports: Buffer[] = []
    const first = Buffer.alloc(64)
    first.writeUInt32BE(channel, 0)
    first[4] = 0x80 | command
    first.writeUInt16BE(data.length, 5)
    first.set(data.subarray(0, 57), 7)
    reports.push(first)
    for (let at = 57; at < data.length; at += 59) {
      const more = Buffer.alloc(64)
      more.writeUInt32BE(channel, 0)
      more[4] = reports.length - 1
      more.set(data.subarray(at, at + 59), 5)
      reports.push(more)
    }
    for (const report of reports) {
      if (!hid.plugged) return
      for (const faulty of hid.fault(report, sent++)) for (const link of links) link.hear?.(faulty)
    }
  }

  function take(report: Buffer): void {
    const channel = report.readUInt32BE(0)
    const kind = report[4] ?? 0
    if (kind >= 0x80) {
      incoming.set(channel, {
        command: kind & 0x7f,
        length: report.readUInt16BE(5),
        parts: Buffer.from(report.subarray(7)),
        next: 0,
      })
    } else {
      const open = incoming.get(channel)
      if (open === undefined) return
      if (open.next !== kind) {
        out(channel, errorCommand, Buffer.of(0x04))
        return
      }
      open.next++
      open.parts = Buffer.concat([open.parts, report.subarray(5)])
    }
    const message = incoming.get(channel)
    if (message === undefined || message.parts.length < message.length) return
    incoming.delete(channel)
    const data = Buffer.from(message.parts.subarray(0, message.length))
    hid.received.push({ command: message.command, data })
    void answer(channel, message.command, data)
  }

  async function answer(channel: number, command: number, data: Buffer): Promise<void> {
    if (command === cancel) {
      if (working?.channel === channel) working.cancelled = true
      return
    }
    if (hid.busyFor > 0) {
      hid.busyFor--
      return out(channel, errorCommand, Buffer.of(0x06))
    }
    if (command === initCommand) {
      const id = channel === 0xffffffff ? randomBytes(4).readUInt32BE(0) | 1 : channel
      channels.add(id >>> 0)
      const answer = Buffer.alloc(17)
      answer.set(data.subarray(0, 8))
      answer.writeUInt32BE(id >>> 0, 8)
      answer[12] = 2
      answer.set(options.version ?? [5, 7, 1], 13)
      answer[16] = (options.speaksCbor ?? true) ? 0x0c : 0x08
      return out(channel, initCommand, answer)
    }
    if (!channels.has(channel)) return out(channel, errorCommand, Buffer.of(0x0b))
    if (working !== undefined) return out(channel, errorCommand, Buffer.of(0x06))
    if (command === ping) return out(channel, ping, data)
    if (command === cborCommand) {
      const mine = { channel, cancelled: false }
      working = mine
      const response = await options.cbor(data, {
        keepalive: (status) => out(channel, keepaliveCommand, Buffer.of(status)),
        isCancelled: () => mine.cancelled || !hid.plugged,
      })
      working = undefined
      return out(channel, cborCommand, response)
    }
    const vendor = options.vendor?.(command, data)
    if (vendor === undefined) return out(channel, errorCommand, Buffer.of(0x01))
    out(channel, command, vendor)
  }

  const hid: SoftHid = {
    device: options.device,
    plugged: true,
    fault: (report) => [report],
    received: [],
    busyFor: 0,
    links: () => links.size,
    unplug: () => {
      hid.plugged = false
      working = undefined
      incoming.clear()
      channels.clear()
      for (const link of links) link.lost?.(hidLost())
      links.clear()
    },
    plug: () => {
      hid.plugged = true
    },
    open: () => {
      if (hid.openError !== undefined) throw hid.openError
      const link: { hear?: (report: Uint8Array) => void; lost?: (error: AppError) => void } = {}
      links.add(link)
      return {
        write: async (report) => {
          if (report.length !== 64) throw new Error(`a report of ${report.length} bytes`)
          if (!hid.plugged) throw hidLost()
          take(Buffer.from(report))
        },
        onReport: (hear, lost) => {
          link.hear = hear
          link.lost = lost
        },
        close: async () => {
          links.delete(link)
        },
      }
    },
  }
  return hid
}

/** The computer with its ports. */
export function softPorts(...ports: readonly SoftHid[]): HidDevices {
  return {
    list: async () => ports.filter((port) => port.plugged).map((port) => port.device),
    open: async (path) => {
      const port = ports.find((one) => one.plugged && one.device.path === path)
      if (port === undefined) throw hidLost()
      return port.open()
    },
  }
}
