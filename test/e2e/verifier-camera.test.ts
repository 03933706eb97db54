// The second screen's way by camera, from the pixels on: Chromium's fake camera plays what one would see of another screen.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { pack } from '../../src/core/transfer/deflate.ts'
import { type FrameSource, fragmentBytesFor, frameSource } from '../../src/core/transfer/frames.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { type CarriedChange, dangerousChange } from '../support/carried-request.ts'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { never, now } from '../support/repository.ts'
import { answered, launchForVerifier, openVerifier, wordsShown } from '../support/verifier-page.ts'
import { filmOf } from '../support/y4m.ts'
import { picture } from './support/picture.ts'

let folder: string
let change: CarriedChange
let source: FrameSource
let browser: Browser | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-film-'))
  change = await dangerousChange()
  const packed = await pack(change.bytes)
  source = frameSource(packed, fragmentBytesFor(12, packed.length))
}, 120_000)
afterEach(async () => {
  await browser?.close()
  browser = undefined
})
afterAll(() => rmSync(folder, { recursive: true }))

async function openBefore(frames: readonly number[]) {
  const film = join(folder, 'film.y4m')
  writeFileSync(film, filmOf(source, frames))
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
  browser = await launchForVerifier([...fake, `--use-file-for-fake-video-capture=${film}`])
  const open = await openVerifier(browser)
  await open.page.evaluate(() => {
    const devices = navigator.mediaDevices
    const original = devices.getUserMedia.bind(devices)
    devices.getUserMedia = async (wanted) => {
      const stream = await original(wanted)
      Reflect.set(window, 'tracks', stream.getTracks())
      return stream
    }
  })
  await open.page.getByRole('button', { name: 'Start the camera' }).click()
  return open
}

/** Of the stream that was opened: "live" means that the light beside the lens is on. */
function trackStates(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const tracks: MediaStreamTrack[] = Reflect.get(window, 'tracks')
    return tracks.map(({ readyState }) => readyState)
  })
}

test('a request read by camera, of which the first frames are never seen, shows the same words; the camera is off then', async () => {
  const frames = Array.from({ length: source.blocks * 2 }, (_, at) => at + 3)
  const { page, complaints } = await openBefore(frames)
  expect(await answered(page)).toBe(`${change.proposal.title} for Observatory Tools`)
  const { words } = await lookAtRequest(change.bytes, 'it', carriedForms, { now, signal: never })
  expect(await wordsShown(page)).toEqual(words)
  expect(await trackStates(page)).toEqual(['ended'])
  expect(complaints).toEqual([])
})

test('half of the frames again and again: how far it is, and after ten seconds why it does not go on', async () => {
  const { page, complaints } = await openBefore([1, 2, 3])
  await page.getByText(`3 of ${source.blocks} parts are read.`).waitFor({ timeout: 30_000 })
  await picture(page, 'verifier-camera')
  await page.getByText('The same codes come again and again.').waitFor({ timeout: 30_000 })
  await expectGoodInEveryLight(page, complaints)
  expect(await trackStates(page)).toEqual(['live'])
  await page.getByRole('button', { name: 'Stop the camera' }).click()
  expect(await trackStates(page)).toEqual(['ended'])
})

test('without a camera, that is said with what to do', async () => {
  browser = await launchForVerifier()
  const { page } = await openVerifier(browser)
  await page.getByRole('button', { name: 'Start the camera' }).click()
  await page.getByRole('alert').waitFor()
  expect(await page.locator('[role=alert] .code').textContent()).toMatch(/^source\/(not-found|rejected)$/)
})
