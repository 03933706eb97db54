// Releases that are sent, for tests: a signed record, its content, and what a registry was asked meanwhile.
import { createHash } from 'node:crypto'
import { utf8 } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import { recordIdOf } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { parsePage, sendingBytes } from '../../../../src/core/systems/warg/encoding/wire.ts'
import {
  checkpointName,
  maxBytes,
  pageName,
  pendingName,
  sendingName,
} from '../../../../src/core/systems/warg/files.ts'
import type { Files, Transport } from '../../../../src/core/transport.ts'
import { never } from '../../../support/repository.ts'
import type { Stage } from './stage.ts'

export const none: Files = new Map()
export const pending = pendingName('acme:hello')
export const draft = utf8('a change that waits')
export const bytes = utf8('a component, in three pieces')
export const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Asked for again each time it is sent. */
export function contentOf(is: Uint8Array = bytes, size = is.length) {
  let streams = 0
  const content = async (asked: string) =>
    asked !== digest
      ? undefined
      : {
          size,
          stream: async function* () {
            streams++
            yield is.subarray(0, 5)
            yield new Uint8Array(0)
            yield is.subarray(5, 9)
            yield is.subarray(9)
          },
        }
  return { content, streams: () => streams }
}

export interface Release {
  files: Files
  recordId: string
}

/** A record that would follow, and the change that waited for it put away. */
export async function release(made: Stage, name: string = made.hello, key = made.ana): Promise<Release> {
  await made.drafts.write(new Map([[pending, draft]]), none, '', never)
  const envelope = made.registry.history.signed(name, key, [{ kind: 'release', version: '2.0.0', digest }])
  const files = new Map([
    [sendingName(name), sendingBytes({ packageName: name, envelope })],
    [pending, null],
  ])
  return { files, recordId: recordIdOf('package', envelope.contents) }
}

export const base: Files = new Map([[pending, draft]])
export const posts = ({ registry }: Stage) =>
  registry.asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/record')).length
export const uploads = ({ registry }: Stage) => registry.asked.filter(({ path }) => path.includes('/content/'))

export async function send(
  made: Stage,
  options: Parameters<Stage['open']>[0] = contentOf(),
): Promise<[string, AppError?]> {
  const { files } = await release(made)
  return sendFiles(made.open(options), files)
}

export async function sendFiles(source: Transport, files: Files, signal = never): Promise<[string, AppError?]> {
  try {
    await source.write(files, files.has(pending) ? base : none, 'release 2.0.0', signal)
    return ['ok']
  } catch (thrown) {
    if (thrown instanceof AppError) return [thrown.code, thrown]
    throw thrown
  }
}

/** Whether it is in the log, once. */
export async function published({ open, hello }: Stage): Promise<number> {
  const source = open()
  await source.read(checkpointName, maxBytes.checkpoint, never)
  const page = await source.read(pageName(hello, 1), maxBytes.page, never)
  return parsePage(page ?? new Uint8Array(), 'the page').length - 3
}
