// The ways in: camera, file, drop, paste. Each gives bytes and what to call them; nothing is judged here.
import { utf8 } from '../core/bytes.ts'
import { isRecordFile } from '../core/ceremony/among.ts'
import type { Artifact } from '../core/ceremony/evidence.ts'
import { AppError } from '../core/error.ts'
import { maxRequestBytes } from '../core/transfer/request.ts'
import { cameraPart } from './camera-part.ts'
import { button, card, fill, h } from './dom.ts'
import { problem } from './problem.ts'

export type Take = (files: readonly Artifact[]) => void

export function intake(take: Take): { element: HTMLElement; stop(): void } {
  const camera = cameraPart(take)
  const element = h(
    'div',
    { class: 'stack narrow' },
    h(
      'p',
      { class: 'lead measure' },
      'Give this page the request that waits for a signature on another device. It works out by itself what the request would do, and shows words that the other device asks for. Or give it the record of a ceremony, and it checks that.',
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
  return filesPart(
    'file',
    'The file that was carried here, or a record and all that belongs to it; or drop them anywhere on this page',
    take,
  )
}

/** To one screen or to another: as many files as there are, in any order. */
export function filesPart(id: string, label: string, take: Take): HTMLElement {
  const input = h('input', { type: 'file', id, multiple: true })
  const failed = h('div', {})
  input.addEventListener('change', () => {
    const chosen = [...(input.files ?? [])]
    if (chosen.length > 0)
      readFiles(chosen).then(take, (thrown) => {
        fill(failed, problem(thrown))
      })
    input.value = ''
  })
  return h('div', { class: 'stack tight' }, h('label', { for: id }, label), input, failed)
}

export async function readFiles(files: readonly File[]): Promise<Artifact[]> {
  const read: Artifact[] = []
  for (const file of files) read.push(await readFile(file))
  return read
}

async function readFile(file: File): Promise<Artifact> {
  if (file.size > maxRequestBytes)
    throw new AppError({
      code: 'source/too-large',
      message: `${file.name} has ${file.size} bytes, ${maxRequestBytes} are allowed`,
    })
  try {
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }
  } catch (cause) {
    throw new AppError({
      code: 'source/unreachable',
      message: `${file.name} could not be read to its end`,
      hint: 'put the stick or card in again, and choose the file once more',
      cause,
    })
  }
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
    // An editor adds a line break, or takes one away: a request has none around it, a record one at its end.
    const pasted = text.value.trim()
    if (pasted !== '') take([{ name: 'the text', bytes: utf8(`${pasted}${isRecordFile(utf8(pasted)) ? '\n' : ''}`) }])
  }
  return h(
    'div',
    { class: 'stack tight' },
    h('label', { for: 'paste' }, 'The content of the file, or lines that begin with ur:bytes'),
    text,
    h('div', { class: 'row' }, button('Look at this text', go)),
  )
}
