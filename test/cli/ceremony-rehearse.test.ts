// A rehearsal as a stranger holds it: in a terminal of its own, with practice tokens; the program is killed in the middle of a
// signature and goes on, to the signed fingerprint.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { answerOf, refusalOf, runCli, sharedFolder, type Typing, typeCli } from '../support/cli.ts'

type Step = Typing[number]

const folder = sharedFolder()
const home = join(folder, 'home')
const options = { home }
beforeAll(() => void mkdirSync(home))

const enter = '\r'
const saw = (seen: RegExp, answer = ''): Step => [seen, () => `${answer}${enter}`]
/** As it is seen before a question: the prompt comes after it. */
const at = (text: string): RegExp => new RegExp(`${text}[\\s\\S]*?> `)

function runFolder(): string {
  const runs = join(home, 'ceremonies')
  return join(runs, readdirSync(runs)[0] ?? '')
}

/** What the other device shows, worked out from the file that it is given. */
async function otherWord(position: number): Promise<string> {
  const bytes = new Uint8Array(readFileSync(join(runFolder(), 'for-other-devices.request.json')))
  const context = { now: new Date(), signal: new AbortController().signal }
  const { words } = await lookAtRequest(bytes, 'the request', carriedForms, context)
  return words[position - 1] ?? ''
}

const word: Step = [
  /Word (\d+) on [^\n]*\n[\s\S]*?> /,
  async ([, position]) => `${await otherWord(Number(position))}${enter}`,
]
const compared = (device: string): Step[] => [
  saw(at('type a name for that device'), device),
  ...[word, word, word],
  saw(at('one more device')),
]
const watch: Step = [at('Type what a watch shows'), () => `${new Date().toISOString().slice(11, 19)}${enter}`]
const pin = saw(/PIV PIN .*: /, '123456')
const touch = saw(/press Enter to touch/)
const signature = (question: string): Step[] => [saw(at(question)), pin, touch]

/** The program, not the terminal around it: its process is named by its lock. */
function killProgram(): string {
  const [lock = ''] = readdirSync(join(runFolder(), 'lock'))
  process.kill(Number(lock.split('-')[3]), 'SIGKILL')
  return ''
}

test('a rehearsal that was killed in the middle is resumed, closed and verified', async () => {
  const begun = await typeCli(
    ['ceremony', 'rehearse'],
    [
      watch,
      saw(at('again, to measure once more')),
      saw(at('words of the script')),
      saw(at('words of the script')),
      ...['Ana', 'Ben'].map((name) => saw(at(`skip, when ${name} is not here`))),
      saw(at('call NAME')),
      saw(at('take in the practice request')),
      saw(at('path of another file')),
      saw(at('see the change')),
      ...compared('the phone of Wim'),
      ...['Ana', 'Ben'].map((name) => saw(at(`${name}, this is what`), 'agree')),
      saw(at('agree NAME')),
      saw(at('Enter: Ana signs now'), 'token Ben'),
      ...signature('not of Ana[\\s\\S]*Enter: Ana signs now'),
      saw(at('Enter: Ben signs now')),
      [/PIV PIN .*: /, killProgram],
    ],
    home,
  )
  expect(begun.code).not.toBe(0)
  expect(begun.screen).toContain('REHEARSAL · Sign')
  // Nothing that is killed keeps anybody else from looking.
  const { runs } = await answerOf<{ runs: object[] }>(['ceremony', 'runs'], options)
  expect(runs).toMatchObject([{ rehearsal: true, phase: 'running', step: 'sign' }])

  const resumed = await typeCli(
    ['ceremony', 'resume'],
    [
      ...signature('Root 1: 1 of 2[\\s\\S]*Enter: Ben signs now'),
      saw(at('Enough have signed')),
      saw(at('let a client try')),
      saw(at('Enter: done')),
      saw(at('Type a folder')),
      saw(at('one more folder')),
      saw(at('Enter: done'), 'deviation'),
      saw(at('What went otherwise'), 'Ana tried the token of Ben'),
      saw(at('What was done about it'), 'It was refused'),
      saw(at('Who notes it')),
      saw(at('Enter: done')),
      saw(at('Wim noted it')),
      saw(at('Who agrees'), 'all'),
      saw(at('Type close'), 'close'),
      ...['Ana', 'Ben'].flatMap((name) => signature(`Enter: ${name} signs it`)),
      saw(at('To keep a copy')),
    ],
    home,
  )
  expect(resumed.code).toBe(0)

  const record = join(runFolder(), 'record.jsonl')
  const verdict = await answerOf<{ good: boolean; rehearsal: boolean }>(
    ['ceremony', 'verify', record, '--script', join(runFolder(), 'script.json')],
    options,
  )
  expect(verdict).toMatchObject({ good: true, rehearsal: true })
  const kinds = readFileSync(record, 'utf8').split('\n')
  expect(kinds.filter((line) => line.includes('"kind":"resumed"'))).toHaveLength(1)
  expect(kinds.filter((line) => line.includes('"kind":"refused"'))).toHaveLength(1)
  expect(kinds.filter((line) => line.startsWith('{"signature"'))).toHaveLength(2)
  const closed = await answerOf<{ runs: object[] }>(['ceremony', 'runs'], options)
  expect(closed.runs).toMatchObject([{ phase: 'closed', outcome: 'complete' }])
  expect((await runCli(['ceremony', 'runs'], options)).out).toContain('REHEARSAL')
})

test('Ctrl-C leaves it at its step, and says how to go on', async () => {
  const elsewhere = join(folder, 'elsewhere')
  mkdirSync(elsewhere)
  const left = await typeCli(['ceremony', 'rehearse'], [[at('Type what a watch shows'), () => '\u0003']], elsewhere)
  expect(left.code).toBe(0)
  const [, id = ''] = /countersign ceremony resume (\S+)/.exec(left.screen) ?? []
  const back = await typeCli(
    ['ceremony', 'resume', id],
    [[at('Type what a watch shows'), () => `leave${enter}`]],
    elsewhere,
  )
  expect(back.code).toBe(0)
  const { runs } = await answerOf<{ runs: { id: string }[] }>(['ceremony', 'runs'], { home: elsewhere })
  expect(runs).toMatchObject([{ id, phase: 'running', step: 'gates' }])
})

test('without a terminal nothing begins', async () => {
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  for (const words of [['run', 'script.json'], ['rehearse'], ['resume']])
    expect((await refusalOf(['ceremony', ...words], { home: empty })).code).toBe('usage/invalid')
  expect(readdirSync(empty)).toEqual([])
  expect(await answerOf(['ceremony', 'runs'], { home: empty })).toEqual({ runs: [] })
})
