// A ceremony on a terminal, in this process: a room of people with keys of software, who type what is written here.
import { rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Io } from '../../src/cli/command.ts'
import { holdCeremony } from '../../src/cli/commands/ceremony/room/hold.ts'
import { checkRecord, isGood } from '../../src/core/ceremony/check.ts'
import { recordBytes } from '../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../src/core/ceremony/script.ts'
import type { Run } from '../../src/node/ceremony/run.ts'
import { type CeremonyRoom, ceremonyRoom, clockText } from '../support/ceremony-room.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

type Answer = string | ((match: RegExpExecArray) => string | Promise<string>)
type Rule = readonly [seen: RegExp, answer: Answer]

interface Sat {
  how: 'over' | 'left'
  screen: string
}

/** `first` are said once each, in this order; `always` whenever they fit. A question that fits none ends the test. */
async function sit(room: CeremonyRoom, run: Run, first: readonly Rule[], more: readonly Rule[] = []): Promise<Sat> {
  let heard = ''
  let screen = ''
  let at = 0
  let asked = 0
  const always = [...more, ...usual(room)]
  let unexpected: string | undefined
  const io: Io = {
    out: () => undefined,
    note: (line) => {
      heard += `${line}\n`
    },
    isInteractive: true,
    ask: async () => {
      screen += heard
      const text = heard.replace(/\n +/g, ' ')
      heard = ''
      const next = first[at]
      const isFirst = next?.[0].test(text) === true
      const rule = isFirst ? next : always.find(([seen]) => seen.test(text))
      // Nobody is asked as often as this: the same question comes again and again.
      if (rule === undefined || asked++ > 300) {
        unexpected = text
        throw new Error(text)
      }
      if (isFirst) at++
      const [seen, answer] = rule
      const match = seen.exec(text)
      return typeof answer === 'string' || match === null ? String(answer) : answer(match)
    },
    size: () => ({ columns: 80, rows: 40 }),
    enter: async () => undefined,
    prompt: { pin: () => Promise.reject(new Error('nobody is asked')), touch: () => () => undefined },
    signal: new AbortController().signal,
    now: () => room.parts.now(),
    atEnd: () => undefined,
  }
  const how = await holdCeremony(run, room.parts.desk, io)
  expect(unexpected).toBeUndefined()
  expect(at, `not everything was asked: ${screen}`).toBe(first.length)
  return { how, screen: screen + heard }
}

/** What people type when nothing goes wrong; only what is not Enter. */
function usual(room: CeremonyRoom): readonly Rule[] {
  return [
    [/Type what a watch shows/, () => clockText(room.parts.clock.at)],
    [/Type the path of the request/, () => join(room.parts.desk.workspace.directory, 'request.json')],
    [/type a name for that device/, 'Wim’s phone'],
    [/Word (\d+) on [^\n]*:\n$/, async ([, at]) => (await room.words([Number(at)])).get(Number(at)) ?? ''],
    [/Type agree, or your name/, 'agree'],
    [/Type the folder of the new medium/, () => join(room.parts.desk.workspace.directory, 'stick')],
    [/Type close\./, 'close'],
    [/Enter: /, ''],
  ]
}

async function opened(change: Parameters<typeof ceremonyRoom>[1] = {}): Promise<CeremonyRoom> {
  const room = await ceremonyRoom(temporaryFolder(), change)
  const { directory } = room.parts.desk.workspace
  await mkdir(join(directory, 'stick'), { recursive: true })
  await writeFile(join(directory, 'request.json'), room.request)
  return room
}

async function verdict(room: CeremonyRoom, run: Run): Promise<boolean> {
  const record = recordBytes(run.record())
  return isGood(await checkRecord(record, 'the record', { script: scriptBytes(room.script) }))
}

const kindsOf = (run: Run): string[] => run.record().facts.map(({ kind }) => kind)

test('is held from the gates to the last signature on the fingerprint, by Enter and the few things that are typed', async () => {
  const room = await opened()
  const run = await room.begin()
  const { how, screen } = await sit(room, run, [
    [/Or: again, to measure/, 'again'],
    [/To keep a copy of the record/, () => join(room.parts.desk.workspace.directory, 'stick')],
    [/For whom/, 'public'],
  ])
  expect(how).toBe('over')
  expect(run.standing()).toMatchObject({ phase: 'closed', outcome: 'complete' })
  expect(run.standing().witnessed).toHaveLength(room.script.people.length)
  expect(run.standing().compared.map(({ device }) => device)).toEqual(['this computer', 'Wim’s phone'])
  expect(await verdict(room, run)).toBe(true)
  // The words that the other device shows were typed by people, and never shown here.
  const words = await room.words(Array.from({ length: 32 }, (_, at) => at + 1))
  expect(screen).not.toContain(
    [...words.values()]
      .slice(0, 4)
      .map((word) => word.padEnd(14))
      .join('')
      .trimEnd(),
  )
  expect(screen.split('\n').filter((line) => line.length > 79 && !line.startsWith('  /'))).toEqual([])
})

test('an empty line signs nothing, agrees to nothing, and closes nothing', async () => {
  const room = await opened()
  const run = await room.begin()
  await sit(room, run, [
    [/Type the path of the request/, ''],
    [/Ana, this is what/, ''],
    [/Ana, this is what/, 'ana'],
    [/Ben, this is what/, 'skip'],
    [/Or: skip, or the name of who signs first/, 'leave'],
  ])
  const { agreed, signed, phase } = run.standing()
  expect(agreed).toEqual(['Ana', 'Cleo', 'Dan', 'Eve', 'Zoe'])
  expect([signed.length, phase]).toEqual([0, 'running'])
})

test('a token of somebody else is refused, which stands in the record, and the step is asked again', async () => {
  const room = await opened()
  const run = await room.begin()
  const ana = room.keys.get('Ana')
  room.keys.delete('Ana')
  const { how } = await sit(room, run, [
    [/Ana: plug in your token/, ''],
    [
      /not of Ana(?:.|\n)*Ana: plug in your token/,
      () => {
        if (ana !== undefined) room.keys.set('Ana', ana)
        return ''
      },
    ],
    [/Enter: Ana signs now/, 'skip'],
    [/Enter: Ben signs now/, 'dan'],
    [/Enter: Ben signs now/, ''],
  ])
  expect(how).toBe('over')
  expect(run.record().facts.find(({ kind }) => kind === 'refused')?.open?.fact.code).toBe('signer/wrong-key')
  expect(run.standing().signed.map(({ person }) => person)).toEqual(['Dan', 'Ben', 'Cleo'])
  expect(await verdict(room, run)).toBe(true)
})

test('breaks, deviations and a note can be said at any step; the one who noted a deviation does not settle it', async () => {
  const room = await opened()
  const run = await room.begin()
  const { how } = await sit(room, run, [
    [/Do welcome/, 'The blinds were closed'],
    [/This will stand in the record/, 'no'],
    [/Do welcome|Enter: done/, 'The blinds are down'],
    [/This will stand in the record/, ''],
    [/Ada: plug in/, 'break'],
    [/who stays with the machine/, 'Ada and Wim stay'],
    [/There is a break/, ''],
    [/Ada: plug in/, 'deviation'],
    [/What went otherwise/, 'A window was open'],
    [/What was done about it/, 'It was closed'],
    [/Who notes it/, 'nobody'],
    [/Who notes it/, 'ana'],
    [/Wim: plug in/, 'help'],
    [/Ana noted it/, 'ana'],
    [/Ana noted it/, 'wim'],
    [/Who agrees that it is settled/, 'ana, wim'],
  ])
  expect(how).toBe('over')
  const facts = run.record().facts
  expect(facts.find(({ kind, step }) => kind === 'done' && step === 'welcome')?.open?.fact.said).toBe(
    'The blinds are down',
  )
  expect(kindsOf(run)).toEqual(expect.arrayContaining(['break', 'back', 'deviation', 'settled']))
  expect(run.standing().deviations).toMatchObject([{ by: 'Ana', settledBy: 'Wim' }])
  expect(await verdict(room, run)).toBe(true)
})

test('a gate that fails holds everything up until it is mended, or waived with a reason', async () => {
  const room = await opened()
  room.network.push('eth0')
  const run = await room.begin()
  const { how } = await sit(room, run, [
    [/waive network/, 'waive'],
    [/waive network/, 'waive network'],
    [/Why does it go on/, ''],
    [/waive network/, ''],
    [
      /waive network/,
      () => {
        room.network.pop()
        return 'again'
      },
    ],
    [/Enter: look at it/, 'leave'],
  ])
  expect(how).toBe('left')
  expect(run.standing().gates.every(({ outcome }) => outcome === 'passed')).toBe(true)
  room.network.push('eth0')
  await run.release()
  const again = await room.resume()
  await sit(room, again, [
    [/waive network/, 'waive network'],
    [/Why does it go on/, 'The cable is sealed in'],
    [/Who says so/, ''],
  ])
  expect(again.standing().deviations).toMatchObject([{ by: 'Ada', fix: 'The cable is sealed in', settledBy: 'Wim' }])
  expect(again.standing().outcome).toBe('complete')
  expect(await verdict(room, again)).toBe(true)
})

test('who leaves before a signature compares again; nothing else is done twice', async () => {
  const room = await opened()
  const run = await room.begin()
  expect((await sit(room, run, [[/Type agree, or your name/, 'leave']])).how).toBe('left')
  const { present } = run.standing()
  await run.release()
  const again = await room.resume()
  expect((await sit(room, again, [[/type a name for that device/, 'Wim’s laptop']])).how).toBe('over')
  expect(again.standing().present).toEqual(present)
  expect(kindsOf(again).filter((kind) => kind === 'received')).toHaveLength(1)
  expect(await verdict(room, again)).toBe(true)
})

test('words that are different stop it: what is left is to end it', async () => {
  const room = await opened()
  const run = await room.begin()
  const { how } = await sit(room, run, [
    [/Word \d+ on/, 'different'],
    [/Type different once more/, ''],
    [/once more with Wim/, ''],
    [/Word \d+ on/, 'aardvark'],
    [/once more with Wim/, ''],
    [/Word \d+ on/, 'different'],
    [/Type different once more/, 'different'],
    [/Nothing is signed any more/, ''],
    [/Nothing is signed any more/, 'end'],
    [/Why/, 'The phone showed another root'],
    [/Type end once more/, ''],
    [/Nothing is signed any more/, 'end'],
    [/Why/, 'The phone showed another root'],
    [/Type end once more/, 'end'],
  ])
  expect(how).toBe('over')
  expect(run.standing()).toMatchObject({ phase: 'closed', outcome: 'abandoned', halted: 'different', signed: [] })
})

test('only a witness stops it, at whatever step', async () => {
  const room = await opened()
  const run = await room.begin()
  const { how } = await sit(room, run, [
    [/Enter: Ana signs now/, 'stop'],
    [/Why/, ''],
    [/Enter: Ana signs now/, 'stop'],
    [/Why/, 'Somebody left the room'],
    [/Nothing is signed any more/, 'leave'],
  ])
  expect(how).toBe('left')
  expect(run.standing()).toMatchObject({ phase: 'stopped', halted: 'stopped', signed: [] })
  expect(run.record().facts.at(-1)?.actor).toBe('Wim')
})

test('what fails before anybody could be asked is said once, and waits', async () => {
  const room = await opened()
  const run = await room.begin()
  await sit(room, run, [[/Type agree, or your name/, 'leave']])
  rmSync(join(room.folder, 'change'), { recursive: true })
  const { how, screen } = await sit(room, run, [
    [/Enter: try again/, ''],
    [/Enter: try again/, 'leave'],
  ])
  expect(how).toBe('left')
  expect(screen.match(/Enter: try again/g)).toHaveLength(2)
})

test('who was not there at the end signs the fingerprint later', async () => {
  const room = await opened()
  const run = await room.begin()
  await sit(room, run, [
    [/Enter: Zoe signs it/, 'skip'],
    [/Or: sign NAME/, ''],
  ])
  expect(run.standing().witnessed).not.toContain('Zoe')
  await run.release()
  const again = await room.resume()
  await sit(room, again, [[/Enter: Zoe signs it/, '']])
  expect(again.standing().witnessed).toContain('Zoe')
  expect(await verdict(room, again)).toBe(true)
})
