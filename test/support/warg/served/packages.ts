// A registry with a few packages, as people would have made them: ana’s with two releases, one of them yanked, and bo’s, where ana may
// release too.
import { utf8 } from '../../../../src/core/bytes.ts'
import { digestOf } from '../../../../src/core/systems/warg/encoding/digest.ts'
import { type Person, person } from '../keys.ts'
import { type RegistryOptions, type WargTestRegistry, wargRegistry } from './registry.ts'

export interface WargPackages {
  registry: WargTestRegistry
  ana: Person
  bo: Person
  hello: 'acme:hello'
  tools: 'acme:tools'
}

/** The bytes of a release of these tests. */
export function wargContent(name: string, version: string): Uint8Array {
  return utf8(`(component ;; ${name} ${version}\n)`)
}

export async function wargPackages(options: RegistryOptions = {}): Promise<WargPackages> {
  const registry = await wargRegistry(options)
  const [ana, bo] = [person('ana'), person('bo')]
  const [hello, tools] = ['acme:hello', 'acme:tools'] as const
  const release = (name: string, version: string) => {
    const bytes = wargContent(name, version)
    registry.taking.contents.set(digestOf(bytes), bytes)
    return { kind: 'release', version, digest: digestOf(bytes) } as const
  }
  await registry.publish(hello, ana, [{ kind: 'init', key: ana }, release(hello, '1.0.0')])
  await registry.publish(tools, bo, [{ kind: 'init', key: bo }])
  await registry.publish(tools, bo, [{ kind: 'grant', key: ana, permissions: ['release'] }])
  await registry.publish(hello, ana, [release(hello, '1.1.0')])
  await registry.publish(tools, ana, [release(tools, '0.1.0')])
  await registry.publish(hello, ana, [{ kind: 'yank', version: '1.0.0' }])
  return { registry, ana, bo, hello, tools }
}
