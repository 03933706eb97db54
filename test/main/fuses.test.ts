// All nine fuses are decided, each the safe way.
import { expect, test } from 'vitest'
import { fuses, strictlyRequireAllFuses } from '../../src/main/fuses.ts'

test('nine fuses, no more and no fewer, and a new one must be decided', () => {
  expect(fuses).toEqual({
    RunAsNode: false,
    EnableCookieEncryption: true,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    LoadBrowserProcessSpecificV8Snapshot: false,
    GrantFileProtocolExtraPrivileges: false,
    WasmTrapHandlers: true,
  })
  expect(strictlyRequireAllFuses).toBe(true)
})
