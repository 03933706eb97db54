// The bridge's carrier in a Chromium page: text out through the browser's binding, plain data in through one receiver.
import type { Notice, Outcome } from '../ipc/contract.ts'
import type { Carrier } from './bridge.ts'

export type Incoming =
  | { kind: 'answer'; id: number; outcome: Outcome<unknown> }
  | { kind: 'notice'; notice: Notice }
  /** Answered with the file itself: the shell asks the browser where it lies. */
  | { kind: 'file'; id: number; at: number }

export function pageCarrier(send: (text: string) => void): {
  carrier: Carrier
  receive: (message: Incoming) => object | undefined
} {
  const waiting = new Map<number, (outcome: Outcome<unknown>) => void>()
  const handed = new Map<number, readonly object[]>()
  const hearers = new Set<(notice: Notice) => void>()
  let lastId = 0
  return {
    carrier: {
      invoke: (name, argument) =>
        new Promise((resolve) => {
          const id = ++lastId
          send(JSON.stringify({ id, name, argument }))
          waiting.set(id, resolve)
        }),
      pathsOf: (files) =>
        new Promise((resolve) => {
          const id = ++lastId
          handed.set(id, [...files])
          waiting.set(id, (outcome) => {
            handed.delete(id)
            resolve(outcome as Outcome<{ paths: readonly string[] }>)
          })
          send(JSON.stringify({ id, files: files.length }))
        }),
      listen: (hear) => {
        // One entry a call, so that listening twice with one function takes two goodbyes.
        const entry = (notice: Notice): void => hear(notice)
        hearers.add(entry)
        return () => {
          hearers.delete(entry)
        }
      },
    },
    receive: (message) => {
      if (message.kind === 'notice') {
        for (const hear of [...hearers]) hear(message.notice)
        return undefined
      }
      if (message.kind === 'file') return handed.get(message.id)?.[message.at]
      waiting.get(message.id)?.(message.outcome)
      waiting.delete(message.id)
      return undefined
    },
  }
}
