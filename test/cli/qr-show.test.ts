// QR codes on terminals of several sizes: where a code would be cut off or wrapped, that is said.
import { expect, test } from 'vitest'
import type { Io } from '../../src/cli/command.ts'
import { codesOf, showCodes } from '../../src/cli/qr-show.ts'

async function shown(bytes: number, size: ReturnType<Io['size']>): Promise<{ codes: number; isTooSmall: boolean }> {
  const lines: string[] = []
  const say = (line: string): void => void lines.push(line)
  const never = async (): Promise<never> => {
    throw new Error('nothing is asked')
  }
  const io: Io = {
    ...{ out: say, note: say, isInteractive: true, size: () => size, ask: never, enter: async () => undefined },
    ...{ prompt: { pin: never, touch: () => () => undefined }, signal: new AbortController().signal },
    ...{ now: () => new Date(0), atEnd: () => undefined },
  }
  const random = Uint8Array.from({ length: bytes }, (_, at) => (at * at * 31 + at * 7) % 251)
  await showCodes(await codesOf(random, 'coarse'), io)
  return {
    codes: lines.filter((line) => line.includes('\u001b[30;107m')).length,
    isTooSmall: lines.some((line) => line.startsWith('Too small')),
  }
}

test.each([
  ['one code', 200],
  ['many codes', 20_000],
])('%s: said where it does not fit, and only there', async (_, bytes) => {
  const { codes, isTooSmall } = await shown(bytes, { columns: 200, rows: 100 })
  expect(codes).toBeGreaterThan(10)
  expect(isTooSmall).toBe(false)
  expect((await shown(bytes, { columns: 200, rows: codes })).isTooSmall).toBe(true)
  expect((await shown(bytes, { columns: 40, rows: 100 })).isTooSmall).toBe(true)
  // Written into a file or a pipe: nobody can say what it will be shown on.
  expect((await shown(bytes, undefined)).isTooSmall).toBe(false)
})
