// Releases where artifacts are spread over bins: nobody names one, and tuf-js finds each where the preview says.
import { beforeEach, describe, expect, test } from 'vitest'
import { answerOf, runCli } from '../support/cli.ts'
import { Changing, type Drafted } from './changing.ts'

let stage: Changing

beforeEach(() => {
  stage = new Changing()
})

const contents = { 'a.txt': 'one', 'b.txt': 'two!', 'c.txt': 'three', 'd.txt': 'four..', 'e.txt': 'five...' }

async function publish(draft: Drafted): Promise<void> {
  const bins = [draft.subject, ...draft.along.map(({ subject }) => subject)]
  for (const bin of bins) await stage.sign(bin, 'Online')
  await stage.publish()
}

describe.each(['succinct', 'prefixes'])('bins of the form %s', (form) => {
  test('take a release apart, give it to clients whole, and give up what is removed', async () => {
    await stage.found(['Ana'], '--structure', form, '--bits', '2')
    const folder = stage.files(contents)
    const added = await stage.draft('release', 'targets', 'add', folder, '--under', 'loom/')
    const touched = [added.subject, ...added.along.map(({ subject }) => subject)]
    expect(touched.length).toBeGreaterThan(1)
    expect(touched.every((name) => /^bins-[0-3]$/.test(name))).toBe(true)
    expect(added.effects.changed).toBe(5)
    const waiting = await answerOf<{ proposals: { subject: string }[] }>(['pending', stage.repository], stage.options)
    expect(waiting.proposals.map(({ subject }) => subject).sort()).toEqual(touched)
    await stage.keepsPromise(added, () => publish(added))

    const gone = await stage.draft('release', 'targets', 'remove', 'loom/a.txt', 'loom/b.txt', 'loom/c.txt')
    expect(gone.effects.changed).toBe(3)
    await stage.keepsPromise(gone, () => publish(gone))
    expect(await stage.peerSees(['loom/a.txt'])).toEqual(new Map([['loom/a.txt', 'absent']]))
    await stage.refused('usage/invalid', ['release', stage.repository, 'targets', 'remove', 'loom/a.txt'])
  })
})

test('what waits for one of the bins is given up only on purpose', async () => {
  await stage.found(['Ana'], '--structure', 'succinct', '--bits', '1')
  const first = stage.files({ 'a.txt': 'one', 'b.txt': 'two', 'c.txt': 'three', 'd.txt': 'four' })
  await stage.draft('release', 'targets', 'add', first)
  const second = [
    'release',
    stage.repository,
    'targets',
    'add',
    stage.files({ 'e.txt': 'e', 'f.txt': 'f', 'g.txt': 'g' }),
  ]
  await stage.refused('usage/invalid', second)
  await stage.sign('bins-1', 'Online')
  await stage.refused('usage/invalid', second)
  expect(await answerOf([...second, '--replace'], stage.options)).toMatchObject({ effects: { changed: 3 } })
})

test('many bins are told in one line, and one call signs them all', async () => {
  await stage.found(['Ana'], '--structure', 'prefixes', '--bits', '4')
  const { out } = await runCli(['status', stage.repository], stage.options)
  expect(out).toMatch(/^ {2}16 bins, bins-0 to bins-f: version 1, 364 days left, 1 of 1: Online$/m)
  expect(out).toMatch(/^ {2}timestamp 1, expires in 2[34] hours, /m)
  const added = await runCli(['release', stage.repository, 'targets', 'add', stage.files(contents)], stage.options)
  expect(added.out).toMatch(/^Role bins-. 2 and \d+ more wait for signatures\.$/m)
  const calls = [...added.out.matchAll(/^ {2}countersign sign (\S+) (.*) --key KEY$/gm)]
  expect(calls.length).toBe(1)
  const [, source = '', ids = ''] = calls[0] ?? []
  await answerOf(['sign', source, ...ids.split(' '), '--key', 'Online'], stage.options)
  await stage.publish()
})
