// The native module throws where nobody can catch it when a client of a service that has died is collected: none may be.
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import type { ReadersState } from '../../../src/node/card.ts'
import { systemReaders } from '../../../src/node/pcsc.ts'
import { type Pcscd, startPcscd } from '../../support/pcscd.ts'

let pcscd: Pcscd | undefined
const uncaught: unknown[] = []
const hear = (error: unknown): void => void uncaught.push(error)

afterEach(async () => {
  process.off('uncaughtException', hear)
  await pcscd?.kill()
})

test('the process outlives a service that died, when its memory is tidied up', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  process.on('uncaughtException', hear)
  let state: ReadersState | undefined
  const unwatch = systemReaders().watch((now) => {
    state = now
  })
  pcscd = await startPcscd()
  await expect.poll(() => state?.readers.length, { timeout: 10_000 }).toBe(2)
  await pcscd.kill()
  await expect.poll(() => state?.problem?.code, { timeout: 5_000 }).toBe('signer/absent')
  for (let round = 0; round < 20; round++) {
    collect()
    await sleep(100)
  }
  unwatch()
  expect(uncaught).toEqual([])
})
