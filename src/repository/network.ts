// Who counts as one where addresses are counted: whoever has one address of IPv6 has a whole network of them.
import { isIPv6 } from 'node:net'

/** The first 64 bits of an address of IPv6; any other as it is. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  // "::ffff:192.0.2.1" is what a port that takes both kinds calls an address of IPv4.
  const [, four] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  return four ?? `${groupsOf(address).slice(0, 4).join(':')}::/64`
}

function groupsOf(text: string): string[] {
  const [address = ''] = text.split('%')
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  return [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0'), ...after]
}
