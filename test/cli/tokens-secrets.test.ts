// PIN and PUK on their way to a token: from a file, from a terminal, from a pinentry program. Each wrong way loses no try that
// a person did not mean to lose, and no secret is ever said.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  answerOf,
  type CliOptions,
  keepSecret,
  leaks,
  refusalOf,
  secretCount,
  type Typing,
  typeCli,
} from '../support/cli.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const { home, options } = stage
const token = '90000001'
const pin = 'k4Zb81qx'
const puk = 'P9wy72Lm'
const wrong = 'x3Kj55vQ'
/** What a key types when it is touched: 44 letters of modhex, and Enter. */
const typedByTouch = 'cccccckdvvulgjvtkjdhtlrbjjctggdihuevikehtlil'
keepSecret(pin, puk, wrong, typedByTouch)

const given = (...secrets: readonly string[]): CliOptions => ({ ...options, passphrases: secrets })
const fromFd = ['--practice', '--pin-fd', '3']
const sign = ['sign', stage.repository, 'root', '--key', 'Dana', '--yes']

interface Tries {
  pin: { triesLeft: number }
  puk: { triesLeft: number }
}

async function tries(): Promise<{ pin: number; puk: number }> {
  const found = await answerOf<Tries>(['tokens', 'info', token, '--practice'], options)
  return { pin: found.pin.triesLeft, puk: found.puk.triesLeft }
}

async function refused(code: string, args: readonly string[], more: CliOptions = options): Promise<void> {
  expect((await refusalOf(args, more)).code, args.join(' ')).toBe(code)
}

beforeAll(async () => {
  mkdirSync(home)
  await answerOf(['tokens', 'generate', token, '9c', '--practice'], options)
  await answerOf(['tokens', 'enroll', 'Dana', token, '9c', '--practice'], options)
  await answerOf(['tokens', 'change-pin', token, ...fromFd], given('123456', pin))
  await answerOf(['tokens', 'change-puk', token, ...fromFd], given('12345678', puk))
  const init = ['init', stage.repository, '--rehearsal', '--key', 'Dana', '--key', 'Cleo', '--threshold', '1']
  await answerOf([...init, ...fromFd], given(pin))
  await stage.proposeRoot()
  stage.keep()
})

describe('from a file descriptor', () => {
  test('what cannot be the PIN is never sent', async () => {
    for (const line of ['12345', `${pin}9`, '', typedByTouch]) {
      await stage.refused('usage/invalid', [...sign, ...fromFd], given(line, pin))
    }
    await stage.refused('usage/invalid', [...sign, ...fromFd], options)
    // Passphrases come from elsewhere: the PIN is not read from there.
    await stage.refused('usage/invalid', [...sign, '--practice'], given(pin))
    await refused('usage/invalid', ['tokens', 'change-pin', token, ...fromFd], given(pin, '12345'))
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
  })

  test('a wrong PIN ends it: the next line is not tried, and the last try is not taken', async () => {
    await stage.refused('signer/pin-wrong', [...sign, ...fromFd], given(wrong, pin))
    expect(await tries()).toEqual({ pin: 2, puk: 3 })
    await stage.refused('signer/pin-wrong', [...sign, ...fromFd], given(wrong, pin))
    expect(await tries()).toEqual({ pin: 1, puk: 3 })
    await stage.refused('usage/invalid', [...sign, ...fromFd], given(pin))
    await refused('usage/invalid', ['tokens', 'change-pin', token, ...fromFd], given(pin, pin))
    expect(await tries()).toEqual({ pin: 1, puk: 3 })
    await answerOf([...sign, ...fromFd, '--last-try'], given(pin))
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
    stage.restore()
  })

  test('blocked, and unblocked by the PUK', async () => {
    for (const code of ['signer/pin-wrong', 'signer/pin-wrong', 'signer/pin-blocked']) {
      await stage.refused(code, [...sign, ...fromFd, '--last-try'], given(wrong))
    }
    expect(await tries()).toEqual({ pin: 0, puk: 3 })
    // Nothing is asked any more.
    await stage.refused('signer/pin-blocked', [...sign, ...fromFd, '--last-try'], given(pin))
    await refused('signer/pin-blocked', ['tokens', 'change-pin', token, ...fromFd], given(pin, pin))
    await refused('signer/pin-wrong', ['tokens', 'unblock', token, ...fromFd], given(wrong, pin))
    expect(await tries()).toEqual({ pin: 0, puk: 2 })
    await answerOf(['tokens', 'unblock', token, ...fromFd], given(puk, pin))
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
    await answerOf([...sign, ...fromFd], given(pin))
    stage.keep()
  })
})

const ask = /PIV PIN \(not the FIDO2 PIN\) of Practice token 90 000 001, 3 tries left: $/
const askAgain = /PIV PIN .*, 2 tries left: $/
const touch = /[Pp]ractice.*Enter[^\n]*Root 2[^\n]*\n$/

describe('typed in a terminal', () => {
  const type = (...typing: Typing) => typeCli([...sign, '--practice'], typing, home)
  const enter = [touch, () => '\r'] as const

  test('is not shown; the token is named, and touched by Enter', async () => {
    restoreUnsigned()
    const { code, screen } = await type([ask, () => `${pin}\r`], enter)
    expect(code).toBe(0)
    expect(screen).not.toContain('Touch Practice')
  })

  test('what a key typed too early is thrown away; what is too short is asked again', async () => {
    restoreUnsigned()
    const { code } = await type(
      [ask, () => `${typedByTouch}\r`],
      [ask, () => `12${typedByTouch}\r`],
      [ask, () => '12345\r'],
      [ask, () => '\r'],
      [ask, () => `${pin}\r`],
      enter,
    )
    expect(code).toBe(0)
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
  })

  test('wrong, then right; given up', async () => {
    restoreUnsigned()
    expect((await type([ask, () => `${wrong}\r`], [askAgain, () => '\x1b'])).code).toBe(1)
    expect(await tries()).toEqual({ pin: 2, puk: 3 })
    const { code } = await typeCli([...sign, '--practice'], [[askAgain, () => `${pin}\r`], enter], home)
    expect(code).toBe(0)
  })

  test('the last try is taken only by whoever types so', async () => {
    restoreUnsigned()
    const lastTry = /Type "last try" to go on: /
    const toLast: Typing = [
      [ask, () => `${wrong}\r`],
      [askAgain, () => `${wrong}\r`],
    ]
    expect((await type(...toLast, [lastTry, () => 'yes\r'])).code).toBe(1)
    expect(await tries()).toEqual({ pin: 1, puk: 3 })
    const again = await typeCli(
      [...sign, '--practice'],
      [[lastTry, () => 'last try\r'], [/PIV PIN .*, 1 try left: $/, () => `${pin}\r`], enter],
      home,
    )
    expect(again.code).toBe(0)
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
  })

  test('a new PIN is typed twice', async () => {
    const fresh = /new PIV PIN of Practice token 90 000 001: $/
    const change = ['tokens', 'change-pin', token, '--practice']
    const once = /once more: $/
    const differ = await typeCli(
      change,
      [
        [ask, () => `${pin}\r`],
        [fresh, () => `${pin}\r`],
        [once, () => `${wrong}\r`],
      ],
      home,
    )
    expect(differ.code).toBe(2)
    const same = await typeCli(
      change,
      [
        [ask, () => `${pin}\r`],
        [fresh, () => '1234\r'],
        [fresh, () => `${pin}\r`],
        [once, () => `${pin}\r`],
      ],
      home,
    )
    expect(same.code).toBe(0)
  })
})

/** The same change again, not signed. */
function restoreUnsigned(): void {
  stage.restore()
  const candidate = stage.read('metadata/pending/root.json')
  stage.write('metadata/pending/root.json', JSON.stringify({ ...candidate, signatures: [] }))
}

describe('from a pinentry program', () => {
  const program = join(stage.folder, 'pinentry')
  const plan = join(stage.folder, 'pinentry.json')
  const talk = join(stage.folder, 'pinentry.log')
  const withPinentry = ['--practice', '--pinentry', program]

  /** Answers each question with the next of `replies`, however often it is started, and notes what it was told. */
  function prepare(...replies: readonly string[]): void {
    writeFileSync(plan, JSON.stringify(replies))
    writeFileSync(talk, '')
    writeFileSync(
      program,
      `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs')
const replies = JSON.parse(readFileSync(${JSON.stringify(plan)}, 'utf8'))
appendFileSync(${JSON.stringify(talk)}, 'environment ' + Object.keys(process.env).sort().join(' ') + ' ' + process.argv.length + '\\n')
console.log('OK Pleased to meet you')
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(${JSON.stringify(talk)}, line + '\\n')
  if (line === 'BYE') { console.log('OK closing connection'); process.exit(0) }
  if (/^OPTION display/.test(line)) return console.log('ERR 83886254 Unknown option <Pinentry>')
  if (!/^(GETPIN|CONFIRM)/.test(line)) return console.log('OK')
  const reply = replies.shift() ?? 'EXIT'
  writeFileSync(${JSON.stringify(plan)}, JSON.stringify(replies))
  if (reply === 'EXIT') process.exit(1)
  if (reply === 'HANG') return
  console.log(reply)
  if (!reply.startsWith('ERR') && reply !== 'OK') console.log('OK')
})
`,
    )
    chmodSync(program, 0o755)
  }
  const told = (): string[] => readFileSync(talk, 'utf8').trimEnd().split('\n')

  test('asks in its own window: what for, which PIN, how many tries', async () => {
    restoreUnsigned()
    prepare(`# a remark\nS PASSWORD_FROM_CACHE\nD k4Zb\nD %381qx`)
    await answerOf([...sign, ...withPinentry], options)
    const lines = told()
    expect(lines.find((line) => line.startsWith('SETDESC'))).toMatch(
      /^SETDESC PIV PIN \(not the FIDO2 PIN\) .*3 tries left%0ARoot 2/,
    )
    expect(lines).toContain('SETPROMPT PIV PIN:')
    expect(lines.filter((line) => line === 'GETPIN')).toHaveLength(1)
    expect(lines.at(-1)).toBe('BYE')
    // No argument, and nothing of the environment that it does not need.
    expect(lines[0]).toMatch(/^environment (HOME |LANG |LC_ALL |PATH |TERM )+2$/)
  })

  test('wrong, too short, typed by a touch: said where the person looks', async () => {
    restoreUnsigned()
    prepare('D 1234', `D ${typedByTouch}`, `D ${wrong}`, `D ${pin}`)
    await answerOf([...sign, ...withPinentry], options)
    expect(told().filter((line) => line === 'GETPIN')).toHaveLength(4)
    expect(told().filter((line) => line.startsWith('SETERROR '))).toHaveLength(3)
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
  })

  test('cancelled, gone, strange, absent: nothing is signed, no try is lost', async () => {
    restoreUnsigned()
    for (const [code, ...replies] of [
      ['user/cancelled', 'ERR 83886179 Operation cancelled <Pinentry>'],
      ['user/cancelled', 'ERR 83886142 Timeout <Pinentry>'],
      ['signer/failed', 'ERR 83886340 Not implemented <Pinentry>'],
      ['signer/failed', 'EXIT'],
      ['signer/failed', 'HELLO'],
      ['signer/failed', 'D %4'],
      ['signer/failed', `D ${'a'.repeat(1200)}`],
      ['signer/failed', `${`D ${'a'.repeat(600)}\n`.repeat(2)}`],
    ] as const) {
      // A right one would follow, if it were asked again.
      prepare(...replies, `D ${pin}`)
      await stage.refused(code, [...sign, ...withPinentry])
    }
    await stage.refused('usage/invalid', [...sign, '--practice', '--pinentry', join(stage.folder, 'none')])
    await stage.refused('signer/failed', [...sign, '--practice', '--pinentry', '/bin/true'])
    expect(await tries()).toEqual({ pin: 3, puk: 3 })
  })

  test('a new PIN is asked for twice, and the last try confirmed', async () => {
    const change = ['tokens', 'change-pin', token, ...withPinentry]
    prepare(`D ${pin}`, `D ${pin}`, `D ${wrong}`, `D ${pin}`, `D ${pin}`)
    await answerOf(change, options)
    // The old one, two that differ, two that are the same.
    expect(told().filter((line) => line === 'GETPIN')).toHaveLength(5)
    for (let i = 0; i < 2; i++) await refused('signer/pin-wrong', [...sign, ...fromFd], given(wrong))
    prepare('ERR 83886194 Not confirmed <Pinentry>')
    await stage.refused('user/cancelled', [...sign, ...withPinentry])
    expect(told()).not.toContain('GETPIN')
    expect(await tries()).toEqual({ pin: 1, puk: 3 })
    prepare('OK', `D ${pin}`)
    await answerOf([...sign, ...withPinentry], options)
  })

  test('Ctrl-C takes the question away', async () => {
    restoreUnsigned()
    prepare('HANG')
    const interrupt = vi.waitUntil(() => told().includes('GETPIN'), { timeout: 60_000 })
    await stage.refused('user/cancelled', [...sign, ...withPinentry], { ...options, interrupt })
    await interrupt
  })
})

test('nothing secret was said or kept', () => {
  expect(secretCount()).toBeGreaterThan(4)
  expect(leaks()).toEqual([])
  // The practice token keeps its own PIN in its file; nothing else does.
  const kept = Object.entries(everythingIn(home)).filter(([name]) => !name.startsWith('practice-token'))
  for (const [name, text] of kept) {
    for (const secret of [pin, puk, wrong]) expect(text.includes(secret), name).toBe(false)
  }
})
