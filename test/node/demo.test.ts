// The demo can be played again: once its root change is published, the next start tells the story from the beginning.
import { expect, test } from 'vitest'
import type { Prompt } from '../../src/core/signer.ts'
import { createDemo } from '../../src/node/demo.ts'
import { openDesk } from '../../src/node/desk.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a demo in progress is kept, a finished one begins anew', async () => {
  const dataDir = temporaryFolder()
  const prompt: Prompt = { pin: () => Promise.reject(new Error('a rehearsal asks nothing')), touch: () => () => {} }
  const desk = openDesk({ tokens: noTokens(), dataDir, prompt, now: () => new Date() })
  const first = await createDemo(dataDir, new Date(), never)
  expect(await createDemo(dataDir, new Date(), never)).toEqual(first)
  const source = await desk.open(first.id)
  const { proposals } = await desk.pending(source, never)
  const root = proposals.find((one) => one.subject === 'root')
  if (root === undefined) throw new Error('no root waits')
  await desk.approve(source, root.id, 'rehearsal:You', source.transport, never)
  await desk.publish(source, root.id, never)
  const again = await createDemo(dataDir, new Date(), never)
  expect(again.id).not.toBe(first.id)
  const story = await desk.pending(await desk.open(again.id), never)
  expect(story.proposals.map((one) => one.subject)).toEqual(['root', 'targets'])
  expect(story.problems).toEqual([])
})
