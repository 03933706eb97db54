// Reading a request from another screen: what the camera sees, how far it is, and why nothing comes when nothing does.
import { toAppError } from '../core/error.ts'
import { maxRequestBytes } from '../core/transfer/request.ts'
import { type CameraName, type OpenCamera, systemCamera } from '../optics/camera.ts'
import { causeWords, waysOut } from '../optics/causes.ts'
import { type Scan, type ScanState, scan } from '../optics/scan.ts'
import { button, card, fill, h } from './dom.ts'
import type { Take } from './intake.ts'
import { problem } from './problem.ts'

export function cameraPart(take: Take): { element: HTMLElement; stop(): void } {
  const video = h('video', { class: 'camera', 'aria-label': 'What the camera sees' })
  const camera = systemCamera(video)
  const body = h('div', { class: 'stack tight' })
  const status = h('p', { class: 'strong', role: 'status' })
  const bar = h('progress', { 'aria-label': 'Blocks that were read', max: '1', value: '0' })
  const trouble = h('div', { class: 'stack tight', 'aria-live': 'polite' })
  const choice = h('div', {})
  let running: Scan | undefined
  // Permission may be given after the person went on to something else.
  let turn = 0

  const stop = (): void => {
    turn++
    running?.stop()
    running = undefined
  }
  const idle = (thrown?: unknown): void => {
    stop()
    fill(body, [
      h('p', {}, 'Hold this device so that its camera sees the codes on the other screen.'),
      h(
        'div',
        { class: 'row' },
        button('Start the camera', () => void start(), { class: 'button primary' }),
      ),
      thrown === undefined ? undefined : problem(thrown),
    ])
  }
  const start = async (id?: string): Promise<void> => {
    stop()
    const mine = turn
    fill(status, 'Waiting for the camera. Allow it when you are asked.')
    fill(trouble, undefined)
    fill(choice, undefined)
    fill(body, [
      video,
      status,
      bar,
      trouble,
      choice,
      h(
        'div',
        { class: 'row' },
        button('Stop the camera', () => idle()),
      ),
    ])
    try {
      const open = await camera.open(id)
      if (mine !== turn) return open.close()
      begin(open)
      const cameras = await camera.list()
      if (mine === turn)
        fill(
          choice,
          chooser(cameras, open.id, (other) => void start(other)),
        )
    } catch (thrown) {
      if (mine === turn) idle(thrown)
    }
  }
  const begin = (open: OpenCamera): void => {
    running = scan(open, {
      maxBytes: maxRequestBytes,
      changed: (state) => {
        fill(status, progressSentence(state))
        bar.max = Math.max(1, state.progress.of)
        bar.value = state.progress.useful
        fill(
          trouble,
          causeList(state, () => running?.startOver()),
        )
      },
      done: (bytes) => {
        idle()
        take([{ name: 'what the camera read', bytes }])
      },
      failed: (error) => idle(toAppError(error)),
    })
  }
  idle()
  return { element: card('From the other screen, by camera', body), stop: () => idle() }
}

function progressSentence({ progress: { useful, of } }: ScanState): string {
  return of === 0 ? 'No code was read yet.' : `${useful} of ${of} parts are read.`
}

function causeList({ causes }: ScanState, startOver: () => void): HTMLElement | undefined {
  if (causes.length === 0) return undefined
  const items = causes.map((cause) =>
    h('li', {}, h('strong', {}, causeWords[cause].what), ` ${causeWords[cause].todo}`),
  )
  return h(
    'div',
    { class: 'note tone-warn' },
    h('h3', {}, 'Nothing new for ten seconds'),
    h('ul', { class: 'stack tight' }, items),
    h('p', {}, waysOut),
    causes.includes('other-message') ? h('div', { class: 'row' }, button('Start over', startOver)) : undefined,
  )
}

function chooser(
  cameras: readonly CameraName[],
  current: string,
  choose: (id: string) => void,
): HTMLElement | undefined {
  if (cameras.length < 2) return undefined
  const select = h(
    'select',
    { id: 'camera' },
    cameras.map(({ id, label }) => h('option', { value: id, selected: id === current }, label)),
  )
  select.addEventListener('change', () => choose(select.value))
  return h('div', { class: 'row' }, h('label', { for: 'camera' }, 'Camera'), select)
}
