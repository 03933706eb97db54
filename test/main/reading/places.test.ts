// The thread that reads and main take a web address for the same thing, whichever of them asked it first.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startThread, threadReader } from '../../../src/main/reading/reader.ts'
import { openDesk } from '../../../src/node/desk.ts'
import { openPlace } from '../../../src/node/place.ts'
import { noTokens } from '../../support/no-tokens.ts'
import { never, testRepository } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A web server at which a repository is served from the second question on. */
async function beginning(): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server = createServer((request, response) => {
    if (request.url === '/api/v1/' && ++asked > 1) response.end('{"service":"countersign repository 1"}')
    else response.writeHead(404).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked }
}

test.each(['main', 'the thread'])('what %s learnt, the other goes by', async (first) => {
  const dataDir = temporaryFolder()
  const prompt = { pin: () => Promise.reject(new Error('nobody is here')), touch: () => () => {} }
  const desk = openDesk({ dataDir, prompt, tokens: noTokens(), now: () => new Date() })
  const { url, asked } = await beginning()
  await desk.workspace.add({ name: 'Web', location: url }, (await testRepository()).anchor)
  const reader = threadReader({ start: () => startThread({ dataDir }) })
  onTestFinished(() => reader.close())
  const inMain = async () => (await openPlace(url, { dataDir })).served !== undefined
  const inThread = async () => {
    const { problems } = await reader.read('proposals', { signers: [] }, never)
    return problems.every(({ error }) => error.code !== 'format/unsupported')
  }
  const both = first === 'main' ? [inMain, inThread] : [inThread, inMain]
  const answers: boolean[] = []
  for (const one of both) answers.push(await one())
  expect([answers, asked()]).toEqual([[false, false], 1])
})
