// The second screen: takes a request in any of four ways, works everything out from its bytes, and shows it. Judging is core's alone.
import { carriedLayout } from '../core/systems/tuf/layouts/carried.ts'
import { tufSystem } from '../core/systems/tuf/system.ts'
import { lookAtRequest } from '../core/transfer/look.ts'
import { received } from '../core/transfer/received.ts'
import { button, fill, h } from './dom.ts'
import { intake, readFile, type Take } from './intake.ts'
import { problem } from './problem.ts'
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
  const ways = intake(take)
  entry = ways
  show({ title: 'What would be signed?', content: [ways.element] })
}

const take: Take = (bytes, what) => {
  const signal = leave()
  show({
    title: 'Working it out',
    content: [h('p', { role: 'status' }, 'Reading the request and checking every signature.')],
  })
  const foot = h('div', { class: 'row page-end' }, again)
  // The page is drawn before what may take a while begins.
  setTimeout(() => {
    judge(bytes, what, signal).then(
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

async function judge(bytes: Uint8Array, what: string, signal: AbortSignal): Promise<Screen> {
  const given = await received(bytes, what)
  if (given.kind === 'reply') return replyScreen(given.bytes, what)
  return review(await lookAtRequest(given.bytes, what, tufSystem(carriedLayout), { now: new Date(), signal }))
}

// A drop would else be opened by the browser, and this page be gone.
addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  const [file] = event.dataTransfer?.files ?? []
  if (file === undefined) return
  readFile(file, take).catch((thrown) => {
    leave()
    show({ title: 'This cannot be shown', content: [problem(thrown)] }, h('div', { class: 'row page-end' }, again))
  })
})

begin()
