// The port to FIDO tokens on USB: which are plugged in, and a link that moves reports of 64 bytes. The only importer of
// node-hid, whose errors have no codes: its texts are read here, and only here.
import { AppError } from '../core/error.ts'

export interface HidDevice {
  /** As the system calls it; another token plugged in later may get the same one. */
  path: string
  /** "YubiKey OTP+FIDO+CCID"; what the device claims, never checked. */
  product: string
  manufacturer: string
  vendorId: number
  serialNumber?: string
}

export interface HidLink {
  /** Exactly 64 bytes. */
  write(report: Uint8Array): Promise<void>
  /** Every report from now on; `lost` once, when the device is gone. */
  onReport(hear: (report: Uint8Array) => void, lost: (error: AppError) => void): void
  /** Never throws. */
  close(): Promise<void>
}

export interface HidDevices {
  /** FIDO tokens only. */
  list(): Promise<HidDevice[]>
  open(path: string): Promise<HidLink>
}

export const reportBytes = 64
/** HID usage tables: the FIDO alliance's page, and its authenticator device. */
const fidoUsagePage = 0xf1d0
const fidoUsage = 1
/** node-hid takes the report id first; FIDO devices have only one report, with id 0. */
const reportId = 0x00

async function nodeHid(): Promise<typeof import('node-hid')> {
  try {
    const module = await import('node-hid')
    return module
  } catch (cause) {
    throw noModule(cause)
  }
}

function noModule(cause: unknown): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: 'FIDO2 tokens cannot be used here: the module for USB devices does not load',
    hint: 'on Linux install libudev1; the PIV side of a token works without it',
    cause,
  })
}

export function systemHidDevices(): HidDevices {
  return {
    list: async () => {
      const hid = await nodeHid()
      let found: Awaited<ReturnType<typeof hid.devicesAsync>>
      try {
        // The native part is loaded by the first call, not by the import.
        found = await hid.devicesAsync()
      } catch (cause) {
        throw noModule(cause)
      }
      const devices: HidDevice[] = []
      for (const { path, usagePage, usage, product, manufacturer, vendorId, serialNumber } of found) {
        if (path === undefined || usagePage !== fidoUsagePage || usage !== fidoUsage) continue
        const named = { product: product ?? '', manufacturer: manufacturer ?? '' }
        devices.push({ path, ...named, vendorId, ...(serialNumber ? { serialNumber } : {}) })
      }
      return devices
    },

    open: async (path) => {
      const hid = await nodeHid()
      let device: Awaited<ReturnType<typeof hid.HIDAsync.open>>
      try {
        device = await hid.HIDAsync.open(path)
      } catch (cause) {
        throw hidOpenError(path, cause)
      }
      return {
        write: async (report) => {
          const framed = Buffer.alloc(1 + reportBytes, reportId)
          framed.set(report, 1)
          try {
            await device.write(framed)
          } catch (cause) {
            throw hidLost(cause)
          } finally {
            // A report may carry an encrypted PIN hash; nothing is gained by keeping it.
            framed.fill(0)
          }
        },
        onReport: (hear, lost) => {
          device.on('error', (cause: unknown) => lost(hidLost(cause)))
          device.on('data', (report: Uint8Array) => hear(report))
        },
        close: async () => {
          try {
            await device.close()
          } catch {
            // Unplugged: there is nothing left to close.
          }
        },
      }
    },
  }
}

export function hidLost(cause?: unknown): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'the token was unplugged; nothing was signed',
    hint: 'plug it in again, then repeat',
    cause,
  })
}

/** Exported for its tests: the texts are those of hidapi on Linux, Windows and macOS. */
export function hidOpenError(path: string, cause: unknown, platform: NodeJS.Platform = process.platform): AppError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const data = { path }
  // Windows 0x20: sharing violation. macOS 0xE00002C5: opened exclusively by another.
  if (/busy|sharing violation|0x00000020|0xE00002C5/i.test(text)) {
    const message = 'another program is using the token'
    return new AppError({
      code: 'signer/busy',
      message,
      hint: 'close it (a browser, for example), then repeat',
      data,
      cause,
    })
  }
  if (/no such (file|device)|0x00000002\b|not found/i.test(text)) {
    const message = 'the token is not plugged in any more'
    return new AppError({ code: 'signer/absent', message, hint: 'plug it in again, then repeat', data, cause })
  }
  if (/permission|denied|not permitted|0x00000005|0xE00002E2/i.test(text)) {
    const message = 'this system does not let Countersign talk FIDO2 to the token'
    return new AppError({ code: 'signer/failed', message, hint: deniedHints[platform] ?? deniedElsewhere, data, cause })
  }
  const message = 'the token cannot be opened'
  return new AppError({ code: 'signer/failed', message, hint: 'unplug it, plug it in again, then repeat', data, cause })
}

const deniedElsewhere = 'use a PIV key of the token instead'
/** Windows gives FIDO devices to administrators only, since Windows 10 1903. */
const deniedHints: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'install the udev rule 70-u2f.rules (package libu2f-udev, or libfido2-udev) and plug the token in again, or use a PIV key of the token',
  win32: 'use a PIV key of the token instead: Windows keeps FIDO2 for programs started as administrator',
  darwin: 'allow Countersign under Privacy and Security, Input Monitoring, or use a PIV key of the token',
}
