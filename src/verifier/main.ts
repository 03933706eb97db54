// The second screen: takes a request in any of four ways, or a record with its files, works everything out from the bytes, and
// shows it. Judging is core's alone.
import { recordAmong, together } from '../core/ceremony/among.ts'
import type { Artifact } from '../core/ceremony/evidence.ts'
import { AppError } from '../core/error.ts'
import { carriedForms } from '../core/systems/carried-forms.ts'
import { lookAtRequest } from '../core/transfer/look.ts'
import { received } from '../core/transfer/received.ts'
import { button, card, fill, h } from './dom.ts'
import { filesPart, intake, readFiles, type Take } from './intake.ts'
import { problem } from './problem.ts'
import { recordScreen } from './record-screen.ts'
import { replyScreen } from './reply-screen.ts'
import { review, type Screen } from './review.ts'
import './styles.css'

const title = h('h1', { tabindex: '-1' })
const again = button('Look at another one', () => begin())
const body = h('div', { class: 'page-body' })
const head = h('header', { class: 'page-head' }, h('p', { class: 'brand' }, 'Countersign, second screen'), title)
document.body.append(h('main', {}, head, body))

let entry: ReturnType<typeof intake> | undefined
// What is looked at now: an answer that comes after the person went on is nobody's.
let stopLooking = new AbortController()
// Of a record: what is dropped later is looked at together with what is here.
let held: readonly Artifact[] = []

function show({ title: heading, content }: Screen, foot?: HTMLElement): void {
  fill(title, heading)
  fill(body, [...content, ...(foot === undefined ? [] : [foot])])
  scrollTo(0, 0)
  title.focus()
}

function leave(): AbortSignal {
  stopLooking.abort()
  stopLooking = new AbortController()
  entry?.stop()
  entry = undefined
  return stopLooking.signal
}

function begin(): void {
  leave()
  held = []
  const ways = intake(take)
  entry = ways
  show({ title: 'What would be signed?', content: [ways.element] })
}

const take: Take = (files) => {
  const signal = leave()
  show({
    title: 'Working it out',
    content: [h('p', { role: 'status' }, 'Reading it and checking every signature.')],
  })
  const foot = h('div', { class: 'row page-end' }, again)
  // The page is drawn before what may take a while begins.
  setTimeout(() => {
    judge(files, signal).then(
      (screen) => {
        if (!signal.aborted) show(screen, foot)
      },
      (thrown) => {
        const content = h('div', { class: 'stack narrow' }, problem(thrown))
        if (!signal.aborted) show({ title: 'This cannot be shown', content: [content] }, foot)
      },
    )
  }, 30)
}

async function judge(more: readonly Artifact[], signal: AbortSignal): Promise<Screen> {
  const files = await together(held, more)
  const among = await recordAmong(files)
  if (among !== undefined) {
    if (!signal.aborted) held = files
    return recordScreen(among, card('More of this ceremony', filesPart('more', moreLabel, take)), signal)
  }
  const [file, ...others] = files
  if (file === undefined || others.length > 0) throw several(files.length)
  const given = await received(file.bytes, file.name, signal)
  if (given.kind === 'reply') return replyScreen(given.bytes, file.name)
  return review(await lookAtRequest(given.bytes, file.name, carriedForms, { now: new Date(), signal }))
}

const moreLabel = 'Its script, the record before, and files that it names, in any order; or drop them on this page'

function several(count: number): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `these are ${count} files, and none of them is the record of a ceremony`,
    hint: 'give one request, or a record with all that belongs to it',
  })
}

// A drop would else be opened by the browser, and this page be gone.
addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  const dropped = [...(event.dataTransfer?.files ?? [])]
  if (dropped.length === 0) return
  readFiles(dropped).then(take, (thrown) => {
    leave()
    show({ title: 'This cannot be shown', content: [problem(thrown)] }, h('div', { class: 'row page-end' }, again))
  })
})

begin()
