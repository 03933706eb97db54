// Offline mode in a real window: from the click on nothing leaves, what was open is cut, and no call of the page undoes it.
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let server: Server
let place: string
const heard: Socket[] = []

beforeAll(async () => {
  server = createServer((socket) => {
    heard.push(socket)
    socket.on('error', () => undefined)
    socket.resume()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  place = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`
  app = await startTestApp({ args: ['--demo'] })
  app.page.setDefaultTimeout(8000)
})

afterAll(async () => {
  await app?.end()
  for (const socket of heard) socket.destroy()
  server?.close()
})

test('a click closes the network, for whatever is asked afterwards and what is under way', async () => {
  const { page } = app
  // The bridge answers with data: what went wrong stands in it.
  const inspect = (): Promise<string> =>
    page.evaluate(
      `window.countersign.sources.inspect({ location: ${JSON.stringify(place)} }).then((answer) => answer.error?.code ?? 'answered')`,
    )
  const underWay = inspect()
  await expect.poll(() => heard.length).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Go offline' }).click()
  await page.getByRole('region', { name: 'Offline' }).waitFor()
  expect(await underWay).toMatch(/^(source\/unreachable|user\/cancelled)$/)
  // The server, which never answers, saw its connections end.
  await expect.poll(() => heard.every((socket) => socket.readableEnded || socket.destroyed)).toBe(true)
  const before = heard.length
  expect(await inspect()).toBe('source/unreachable')
  expect(heard.length).toBe(before)
  await expect(page.getByRole('button', { name: 'Go offline' }).count()).resolves.toBe(0)
  await expectAccessible(page)
  await picture(page, 'offline')
  // What lies on the disk is read as before, by a thread that was started anew.
  await page.getByRole('link', { name: /^Home/ }).click()
  await page.getByRole('link', { name: /Root 3/ }).waitFor()
})
