// Offline mode: from the moment on which it is said, this process and all that it starts reach no network, whatever asks for it.
// There is no way back but to start again.
import { Socket as Datagrams } from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { AppError } from '../core/error.ts'

/** Threads and programs that this one starts hear it by their environment. */
const variable = 'COUNTERSIGN_OFFLINE'
let isClosed = false
const doors = new Set<() => void>()

export function isOffline(): boolean {
  return process.env[variable] === '1'
}

export function goOffline(): void {
  process.env[variable] = '1'
  obeyOffline()
}

/** For whatever is started by a process that may be offline. */
export function obeyOffline(): void {
  if (!isOffline() || isClosed) return
  isClosed = true
  closeSockets()
  for (const close of doors) close()
}

/** What holds connections that are open closes them at that moment. */
export function whenOffline(close: () => void): void {
  doors.add(close)
}

/** At the door of each transport that leaves this machine, so that it is said well; behind it nothing opens anyway. */
export function checkOnline(what: string): void {
  if (!isOffline()) return
  throw new AppError({
    code: 'source/unreachable',
    message: `${what} was not asked: Countersign is offline`,
    hint: 'carry the change here instead; to go online again: countersign offline off',
  })
}

/** Every connection of Node begins here, those of http, https, tls and fetch among them. What has a path stays on this machine. */
function closeSockets(): void {
  const { connect } = Socket.prototype
  const guarded = function (this: Socket, ...args: unknown[]): Socket {
    if (isLocalPath(args)) return Reflect.apply(connect, this, args)
    return this.destroy(closed())
  }
  Object.defineProperty(Socket.prototype, 'connect', { value: guarded, configurable: false, writable: false })
  // Names are asked for over the network, too, and a name can carry away what it says.
  for (const asked of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    refuse(asked, (name) => /^(lookup|resolve|reverse)/.test(name))
  refuse(Datagrams.prototype, (name) => ['bind', 'connect', 'send', 'sendto'].includes(name))
  syncBuiltinESMExports()
}

function refuse(functions: object, which: (name: string) => boolean): void {
  const value = (): never => {
    throw closed()
  }
  for (const name of Object.getOwnPropertyNames(functions).filter(which))
    Object.defineProperty(functions, name, { value, configurable: false, writable: false })
}

function closed(): AppError {
  return new AppError({ code: 'source/unreachable', message: 'no connection is opened: Countersign is offline' })
}

/** Node's own callers give one list that holds the arguments. */
function isLocalPath([first]: readonly unknown[]): boolean {
  const one: unknown = Array.isArray(first) ? first[0] : first
  // A text that is a number is a port.
  if (typeof one === 'string') return Number.isNaN(Number(one))
  return typeof one === 'object' && one !== null && 'path' in one && Boolean(one.path)
}

/** Names of those that lead off this machine and are up. */
export function openInterfaces(all: ReturnType<typeof networkInterfaces> = networkInterfaces()): string[] {
  return Object.entries(all)
    .filter(([, addresses]) => addresses?.some(({ internal }) => !internal) === true)
    .map(([name]) => name)
    .sort()
}
