// Hosts that are only reached from where this machine is: it itself, and what stands beside it. A server elsewhere is not to say what
// is sent to them.
import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { AppError } from '../../core/error.ts'
import { checkOnline } from '../offline.ts'

/** IPv4 within IPv6 (::ffff:0:0/96) is found by what it stands for. */
const inside = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
] as const)
  inside.addSubnet(net, bits, 'ipv6')

export function isPrivateAddress(address: string): boolean {
  const kind = isIP(address)
  return kind !== 0 && inside.check(address, kind === 6 ? 'ipv6' : 'ipv4')
}

/** The address that a host is, as a URL spells it; undefined where it is a name. */
function addressIn(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) === 0 ? undefined : bare
}

export function isPrivateLiteral(hostname: string): boolean {
  const address = addressIn(hostname)
  return address === undefined ? /(?:^|\.)localhost\.?$/i.test(hostname) : isPrivateAddress(address)
}

/** With all of its addresses: a name that has one on the web as well is not only for who is inside. */
export async function isPrivateHost(hostname: string, lookup: LookupFunction = systemLookup): Promise<boolean> {
  if (isPrivateLiteral(hostname)) return true
  if (addressIn(hostname) !== undefined) return false
  checkOnline(hostname)
  const found = await new Promise<LookupAddress[]>((done) => {
    // What has no address here is not inside; whoever connects to it says why it cannot.
    lookup(hostname, { all: true }, (error, addresses) => done(error === null ? listOf(addresses) : []))
  })
  return found.length > 0 && found.every(({ address }) => isPrivateAddress(address))
}

/**
 * Resolves names for one connection, and refuses a host with any address inside: what is connected to is what was checked here, so no
 * other answer can come between. Behind a proxy it is the proxy that resolves the host, and only its own name is asked for here.
 */
export function outsideOnly(
  hostname: string,
  refusal: (address: string) => AppError,
  lookup: LookupFunction = systemLookup,
): LookupFunction {
  return (asked, options, done) =>
    lookup(asked, options, (error, addresses, family) => {
      const bad = asked === hostname && error === null ? listOf(addresses).find(isInside) : undefined
      if (bad === undefined) done(error, addresses, family)
      else done(refusal(bad.address), '')
    })
}

const isInside = ({ address }: LookupAddress): boolean => isPrivateAddress(address)

function listOf(addresses: string | LookupAddress[]): LookupAddress[] {
  return typeof addresses === 'string' ? [{ address: addresses, family: isIP(addresses) }] : addresses
}
