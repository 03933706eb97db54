// Where all of several replies can go at once: where each of them finds the change that it signs. Pure.
import type { HandedReply, ReplyPlace } from '../../../ipc/contract.ts'

/** Replies that fit nowhere do not stand in the way of the others: what becomes of them is told. */
export function placesOfAll(replies: readonly HandedReply[]): readonly ReplyPlace[] {
  const fitting = replies.filter(({ places }) => places.length > 0)
  const [first] = fitting
  if (first === undefined) return []
  return first.places.filter(({ sourceId }) =>
    fitting.every(({ places }) => places.some((one) => one.sourceId === sourceId)),
  )
}
