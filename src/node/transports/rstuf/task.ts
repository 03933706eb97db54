// Waiting for a task of RSTUF: asked less and less often, and not for ever. A task that ended well and says that it failed has failed.
import { AppError } from '../../../core/error.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { visible } from '../../../core/visible.ts'
import { checkCancelled } from '../../cancel.ts'
import { shortWords } from '../../web/words.ts'
import { isObject, type RstufApi, saidIn } from './api.ts'

export interface Patience {
  firstMs: number
  longestMs: number
  totalMs: number
}

export const patience: Patience = { firstMs: 200, longestMs: 5_000, totalMs: 180_000 }

const running: ReadonlySet<JsonValue | undefined> = new Set([
  ...['PENDING', 'RECEIVED', 'PRE_RUN', 'STARTED', 'RUNNING', 'RETRY'],
])
const failed: ReadonlySet<JsonValue | undefined> = new Set(['FAILURE', 'ERRORED', 'REVOKED', 'REJECTED', 'IGNORED'])

/** `name`: what the service calls such a task. Ends when it is done; answers what it says of it. */
export async function waitForTask(
  api: Pick<RstufApi, 'task'>,
  id: string,
  name: string,
  { firstMs, longestMs, totalMs }: Patience,
  signal: AbortSignal,
): Promise<string> {
  const start = performance.now()
  for (let pause = firstMs; ; pause = Math.min(pause * 2, longestMs)) {
    const { task_id, state, result } = await ask(api, id, start, totalMs, signal)
    const words = shortWords(saidIn(result))
    if (task_id !== undefined && task_id !== id) throw another(id, String(task_id))
    if (state === 'SUCCESS') {
      if (!isObject(result) || result.status !== true) throw refused(state, words)
      if (typeof result.task === 'string' && result.task !== name) throw another(name, result.task)
      return words
    }
    if (failed.has(state)) throw refused(String(state), words)
    if (!running.has(state)) {
      const shown = visible(JSON.stringify(state ?? null)).slice(0, 60)
      throw new AppError({
        code: 'format/unsupported',
        message: `the service tells of a state of its task that is not known here: ${shown}; nothing is certain`,
        hint: 'look again at what waits, and who has signed it',
      })
    }
    const elapsedMs = performance.now() - start
    if (elapsedMs >= totalMs) throw tooLong(elapsedMs)
    await sleep(pause, signal)
  }
}

/** The answers take time too: the last one is waited for a little, and not for as long as a download may take. */
async function ask(
  api: Pick<RstufApi, 'task'>,
  id: string,
  start: number,
  totalMs: number,
  signal: AbortSignal,
): Promise<JsonObject> {
  const over = AbortSignal.timeout(Math.max(Math.ceil(start + totalMs - performance.now()), shortestAskMs))
  try {
    return await api.task(id, AbortSignal.any([signal, over]))
  } catch (thrown) {
    if (over.aborted && !signal.aborted) throw tooLong(performance.now() - start)
    throw thrown
  }
}

const shortestAskMs = 10_000

function refused(state: string, words: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the service did not do it (${state})${words === '' ? '' : `: “${words}”`}`,
    hint: 'look again at what waits; ask the admin of the service if it stays like this',
    data: { state },
  })
}

function another(expected: string, is: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the service told of another task (${visible(is).slice(0, 60)}) than the one asked for (${expected}); nothing is certain`,
    hint: 'look again at what waits, and who has signed it',
  })
}

function tooLong(waitedMs: number): AppError {
  const seconds = Math.round(waitedMs / 1000)
  return new AppError({
    code: 'source/unreachable',
    message: `the service took it, and was not done with it within ${seconds} seconds; nothing is certain`,
    hint: 'look again later at what waits, and who has signed it',
    data: { seconds },
  })
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((done) => {
    const over = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', over)
      done()
    }
    const timer = setTimeout(over, ms)
    signal.addEventListener('abort', over)
  })
  checkCancelled(signal)
}
