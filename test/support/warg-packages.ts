// A registry with a few packages, as people would have made them: ana’s with two releases, one of them yanked, and bo’s, where ana may
// release too.
import { utf8 } from '../../src/core/bytes.ts'
import { digestOf } from '../../src/core/systems/warg/digest.ts'
import {
  type RegistryOptions,
  type WargTestKey,
  type WargTestRegistry,
  wargRegistry,
  wargTestKey,
} from './warg-registry.ts'

export interface WargPackages {
  registry: WargTestRegistry
  ana: WargTestKey
  bo: WargTestKey
  hello: 'acme:hello'
  tools: 'acme:tools'
}

/** The bytes of a release of these tests. */
export function wargContent(name: string, version: string): Uint8Array {
  return utf8(`(component ;; ${name} ${version}\n)`)
}

export async function wargPackages(options: RegistryOptions = {}): Promise<WargPackages> {
  const registry = await wargRegistry(options)
  const [ana, bo] = [wargTestKey('ana'), wargTestKey('bo')]
  const [hello, tools] = ['acme:hello', 'acme:tools'] as const
  const release = (name: string, version: string) => {
    const bytes = wargContent(name, version)
    registry.taking.contents.set(digestOf(bytes), bytes)
    return { kind: 'release', version, digest: digestOf(bytes) } as const
  }
  await registry.publish(hello, [{ kind: 'init', key: ana }, release(hello, '1.0.0')], ana)
  await registry.publish(tools, [{ kind: 'init', key: bo }], bo)
  await registry.publish(tools, [{ kind: 'grant', key: ana, permissions: ['release'] }], bo)
  await registry.publish(hello, [release(hello, '1.1.0')], ana)
  await registry.publish(tools, [release(tools, '0.1.0')], ana)
  await registry.publish(hello, [{ kind: 'yank', version: '1.0.0' }], ana)
  return { registry, ana, bo, hello, tools }
}
