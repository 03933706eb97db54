// The preload of Electron tells where a dropped file lies, and nothing of what is no file.
import { beforeEach, expect, test, vi } from 'vitest'
import type { Bridge } from '../../src/ipc/contract.ts'

const exposed = new Map<string, unknown>()

vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, bridge: unknown) => exposed.set(name, bridge) },
  ipcRenderer: { invoke: async () => undefined, on: () => undefined, off: () => undefined },
  webUtils: { getPathForFile: (file: File) => (file.name === 'made.txt' ? '' : `/dropped/${file.name}`) },
}))

beforeEach(() => vi.stubGlobal('location', { pathname: '/index.html' }))

test('files that were dropped have a path; what a script made or pretends has none', async () => {
  await import('../../src/preload/electron.ts')
  const bridge = exposed.get('countersign') as Bridge
  const files = [new File(['x'], 'a b.zip'), new File(['x'], 'made.txt'), { name: 'passwd', path: '/etc/passwd' }]
  expect(await bridge.dropped.pathsOf(files)).toEqual({ ok: true, value: { paths: ['/dropped/a b.zip', '', ''] } })
})
