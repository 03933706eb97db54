// The adapter to node-hid, with a stand-in for the native module: which devices it shows, what it writes, what it makes of the
// errors of each system.
import { EventEmitter } from 'node:events'
import { beforeEach, expect, test, vi } from 'vitest'
import { hidOpenError, systemHidDevices } from '../../src/node/hid.ts'
import { codeOfPromise } from '../support/thrown.ts'

class Device extends EventEmitter {
  written: Buffer[] = []
  closed = false
  writeError?: Error
  async write(report: Buffer): Promise<number> {
    if (this.writeError !== undefined) throw this.writeError
    this.written.push(Buffer.from(report))
    return report.length
  }
  async close(): Promise<void> {
    this.closed = true
    throw new Error('device has been closed')
  }
}

const native = {
  list: async (): Promise<unknown[]> => [],
  open: async (_path: string): Promise<unknown> => new Device(),
}
vi.mock('node-hid', () => ({
  devicesAsync: () => native.list(),
  HIDAsync: { open: (path: string) => native.open(path) },
}))

beforeEach(() => {
  native.list = async () => []
  native.open = async () => new Device()
})

const usb = { vendorId: 0x1050, productId: 0x407, release: 0x543, interface: 1, path: '/dev/hidraw1' }

test('shows FIDO devices only, and nothing without a path', async () => {
  native.list = async () => [
    { ...usb, usagePage: 0xf1d0, usage: 1, product: 'YubiKey', manufacturer: 'Yubico', serialNumber: '' },
    { ...usb, usagePage: 1, usage: 6, product: 'YubiKey keyboard' },
    { ...usb, usagePage: 0xf1d0, usage: 2, product: 'other' },
    { ...usb, usagePage: 0xff00, usage: 1, product: 'other' },
    { ...usb, path: undefined, usagePage: 0xf1d0, usage: 1 },
    { ...usb, path: '/dev/hidraw2', usagePage: 0xf1d0, usage: 1, serialNumber: 'A7' },
  ]
  expect(await systemHidDevices().list()).toEqual([
    { path: '/dev/hidraw1', product: 'YubiKey', manufacturer: 'Yubico', vendorId: 0x1050 },
    { path: '/dev/hidraw2', product: '', manufacturer: '', vendorId: 0x1050, serialNumber: 'A7' },
  ])
})

test('writes the report id first, hears reports, and closes without an error', async () => {
  const device = new Device()
  native.open = async () => device
  const link = await systemHidDevices().open('/dev/hidraw1')
  const heard: Uint8Array[] = []
  const lost: string[] = []
  link.onReport(
    (report) => heard.push(report),
    (error) => lost.push(error.code),
  )
  await link.write(new Uint8Array(64).fill(9))
  expect(device.written).toEqual([Buffer.concat([Buffer.of(0), Buffer.alloc(64, 9)])])
  device.emit('data', Buffer.alloc(64, 3))
  expect(heard).toEqual([Buffer.alloc(64, 3)])
  device.emit('error', new Error('could not read data from device'))
  expect(lost).toEqual(['signer/absent'])
  device.writeError = new Error('Cannot write to hid device')
  expect(await codeOfPromise(link.write(new Uint8Array(64)))).toBe('signer/absent')
  await link.close()
  expect(device.closed).toBe(true)
})

test('a native module that does not load is said, not thrown about', async () => {
  native.list = async () => {
    throw new Error('libudev.so.1: cannot open shared object file')
  }
  expect(await codeOfPromise(systemHidDevices().list())).toBe('signer/unsupported')
})

test('an open that is refused says why', async () => {
  native.open = async (path) => {
    throw new Error(
      `cannot open device with path ${path}: Failed to open a device with path '${path}': Permission denied`,
    )
  }
  expect(await codeOfPromise(systemHidDevices().open('/dev/hidraw1'))).toBe('signer/failed')
})

test.each([
  ['linux', "Failed to open a device with path '/dev/hidraw1': Permission denied", 'signer/failed', /udev.*PIV/],
  ['linux', "Failed to open a device with path '/dev/hidraw1': No such file or directory", 'signer/absent', /plug/],
  ['linux', "Failed to open a device with path '/dev/hidraw1': Device or resource busy", 'signer/busy', /close/],
  ['win32', 'open_device: CreateFile: (0x00000005) Access is denied.', 'signer/failed', /PIV/],
  ['win32', 'open_device: CreateFile: (0x00000020) The process cannot access the file', 'signer/busy', /close/],
  [
    'darwin',
    'hid_open_path: failed to open IOHIDDevice from mach entry: (0xE00002E2) not permitted',
    'signer/failed',
    /PIV/,
  ],
  [
    'darwin',
    'hid_open_path: failed to open IOHIDDevice from mach entry: (0xE00002C5) exclusive access',
    'signer/busy',
    /close/,
  ],
  ['freebsd', 'Permission denied', 'signer/failed', /PIV/],
  ['linux', 'something else', 'signer/failed', /unplug/],
] as const)('%s: %s', (platform, text, code, hint) => {
  const error = hidOpenError('/dev/hidraw1', new Error(text), platform)
  expect(error.code).toBe(code)
  expect(error.hint).toMatch(hint)
})
