// The ways in: camera, file, drop, paste. Each gives bytes and what to call them; nothing is judged here.
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { maxRequestBytes } from '../core/transfer/request.ts'
import { cameraPart } from './camera-part.ts'
import { button, card, fill, h } from './dom.ts'
import { problem } from './problem.ts'

export type Take = (bytes: Uint8Array, what: string) => void

export function intake(take: Take): { element: HTMLElement; stop(): void } {
  const camera = cameraPart(take)
  const element = h(
    'div',
    { class: 'stack narrow' },
    h(
      'p',
      { class: 'lead measure' },
      'Give this page the request that waits for a signature on another device. It works out by itself what the request would do, and shows words that the other device asks for.',
    ),
    camera.element,
    card('From a file', filePart(take)),
    card('As text', pastePart(take)),
    h(
      'p',
      { class: 'soft small measure' },
      'Nothing leaves this page: it cannot reach a network, keeps nothing, and forgets all when it is closed.',
    ),
  )
  return { element, stop: camera.stop }
}

function filePart(take: Take): HTMLElement {
  const file = h('input', { type: 'file', id: 'file' })
  const failed = h('div', {})
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? []
    if (chosen !== undefined) readFile(chosen, take).catch((thrown) => fill(failed, problem(thrown)))
    file.value = ''
  })
  return h(
    'div',
    { class: 'stack tight' },
    h('label', { for: 'file' }, 'The file that was carried here; or drop it anywhere on this page'),
    file,
    failed,
  )
}

export async function readFile(file: File, take: Take): Promise<void> {
  if (file.size > maxRequestBytes)
    throw new AppError({
      code: 'source/too-large',
      message: `${file.name} has ${file.size} bytes, ${maxRequestBytes} are allowed`,
    })
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch (cause) {
    throw new AppError({
      code: 'source/unreachable',
      message: `${file.name} could not be read to its end`,
      hint: 'put the stick or card in again, and choose the file once more',
      cause,
    })
  }
  take(bytes, file.name)
}

function pastePart(take: Take): HTMLElement {
  const text = h('textarea', {
    id: 'paste',
    rows: '4',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
  })
  const go = (): void => {
    // An editor adds a line break; a request has none around it.
    const pasted = text.value.trim()
    if (pasted !== '') take(utf8(pasted), 'the text')
  }
  return h(
    'div',
    { class: 'stack tight' },
    h('label', { for: 'paste' }, 'The content of the file, or lines that begin with ur:bytes'),
    text,
    h('div', { class: 'row' }, button('Look at this text', go)),
  )
}
