// A file, or what a reader of QR codes wrote: the same content either way.
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { arrivedContent } from '../../../src/core/transfer/arrived.ts'
import { pack } from '../../../src/core/transfer/deflate.ts'
import { fragmentBytesFor, frameSource } from '../../../src/core/transfer/frames.ts'
import { never } from '../../support/repository.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const content = crypto.getRandomValues(new Uint8Array(3000))

async function frames(of: Uint8Array, count: number): Promise<string[]> {
  const packed = await pack(of)
  const source = frameSource(packed, fragmentBytesFor(8, packed.length))
  return Array.from({ length: count }, (_, n) => source.frame(n + 1))
}

const arrived = (text: string | Uint8Array, most = 100_000) =>
  arrivedContent(typeof text === 'string' ? utf8(text) : text, 'it', most, never)

describe('frames', () => {
  test('in lines, in any order, with other codes between them', async () => {
    const lines = (await frames(content, 60)).reverse()
    lines.splice(3, 0, 'https://example.com/', 'QR-Code:HELLO', '')
    expect(await arrived(lines.join('\n'))).toEqual(content)
    expect(await arrived(lines.map((line) => `  QR-Code:${line.toLowerCase()}\r`).join('\n'))).toEqual(content)
  })

  test('too few are refused with the count of what is there', async () => {
    const some = await frames(content, 5)
    await expect(arrived(some.join('\n'))).rejects.toMatchObject({ code: 'format/malformed', data: { blocks: 5 } })
  })

  test('frames of another message are named, and do no harm', async () => {
    const others = await frames(content.slice(0, 2000), 4)
    const mine = await frames(content, 60)
    expect(await arrived([mine[0], ...others, ...mine].join('\n'))).toEqual(content)
    // A stray one that comes first decides nothing.
    expect(await arrived([...others, ...mine].join('\n'))).toEqual(content)
    const both = [...mine, ...(await frames(content.slice(0, 2000), 60))]
    expect(await codeOfPromise(arrived(both.join('\n')))).toBe('format/malformed')
    await expect(arrived([mine[0], ...others].join('\n'))).rejects.toThrow('1 more frame is of another message')
  })

  test('a line that no frame could fill is passed over, however long: nothing tries all its ways', async () => {
    const lines = await frames(content, 60)
    lines.splice(1, 0, `${' '.repeat(2_000_000)}x`)
    expect(await arrived(lines.join('\n'))).toEqual(content)
  })

  test('whoever waits can end it', async () => {
    const lines = (await frames(content, 60)).slice(0, 3)
    const stop = new AbortController()
    const waiting = arrivedContent(utf8(Array(500).fill(lines).flat().join('\n')), 'it', 100, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toThrow('aborted')
  })

  test('what comes out of it has a limit', async () => {
    const bomb = await frames(new Uint8Array(2_000_000), 60)
    expect(await codeOfPromise(arrived(bomb.join('\n')))).toBe('source/too-large')
  })
})

test('everything else is itself', async () => {
  for (const text of ['{"format":1}', '', 'ur:crypto-psbt/abc', 'URN:x'])
    expect(await arrived(text)).toEqual(utf8(text))
  expect(await arrived(content)).toEqual(content)
})
