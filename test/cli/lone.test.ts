// A root.json that is passed round, on the command line: reviewed and signed by each, then taken back and published.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { answerOf, refusalOf, runCli } from '../support/cli.ts'
import { type Reviewed, Stage } from './stage.ts'

const stage = new Stage()
beforeAll(() => stage.create())

test('a root.json is signed by each in turn, taken back and published', async () => {
  const file = join(stage.folder, 'root.json')
  copyFileSync(stage.path('metadata/pending/root.json'), file)
  const trusting = ['--root', stage.path('metadata/1.root.json')]
  expect((await refusalOf(['review', file, 'root'], stage.options)).code).toBe('source/not-found')
  const { digest, quorums } = await answerOf<Reviewed>(['review', file, 'root', ...trusting], stage.options)
  expect(quorums.map(({ signed }) => signed)).toEqual([0, 0])
  for (const key of ['Ana', 'Ben']) {
    const sign = ['sign', file, digest, '--key', key, '--yes', ...trusting]
    if (key === 'Ana') await answerOf(sign, stage.options)
    else expect((await runCli(sign, stage.options)).out).not.toContain('countersign publish')
  }
  const { quorums: after } = await answerOf<Reviewed>(['review', file, 'root', ...trusting], stage.options)
  expect(after.map(({ met }) => met)).toEqual([true, true])
  expect((await refusalOf(['publish', file, 'root', ...trusting], stage.options)).code).toBe('usage/invalid')
  for (const args of [
    ['edit', file, 'root', '--expires', '90'],
    ['state', file],
    ['withdraw', file, 'root', '--yes'],
  ])
    expect((await refusalOf([...args, ...trusting], stage.options)).code).toBe('format/unsupported')
  await answerOf(['withdraw', stage.repository, 'root', '--yes'], stage.options)
  const { out } = await runCli(['propose', stage.repository, 'root', file], stage.options)
  expect(out).toContain(`Root 2 is signed by enough keys and ready: countersign publish ${stage.repository}`)
  expect(out).not.toMatch(/wait|To sign/)
  await answerOf(['publish', stage.repository], stage.options)
  expect(readFileSync(stage.path('metadata/2.root.json'), 'utf8')).toBe(readFileSync(file, 'utf8'))
})
