// The picture for a terminal: a lane a line, the oldest on the left. What does not fit is left out between the oldest and the newest.
import { sightOf } from './shown.ts'
import type { Asked, Graph } from './types.ts'
import { fitted, grouped, nameOf, unitsIn, wrapped } from './words.ts'

const most = 100
const arrow = ' ← '

/** A star: in force. Round brackets: what the client holds; an exclamation mark: proves a refusal. */
export function textOf(graph: Graph, asked?: Asked): string[] {
  const { lanes } = sightOf(graph, asked, undefined)
  const names = lanes.map(({ lane }) => fitted(nameOf(lane), 24))
  const room = Math.max(...names.map(unitsIn)) + 2
  const lines = asked === undefined ? [] : [...wrapped(asked.sentence, most), '']
  for (const [i, { lane, line, aside }] of lanes.entries()) {
    const name = names[i] ?? ''
    const start = name + ' '.repeat(room - unitsIn(name))
    const parts: string[] = lane.problem === undefined ? [] : [`✕ ${lane.problem.data?.fault ?? lane.problem.code}`]
    let height = -1
    for (const { version, tone } of line) {
      const gap = version.height - height - 1
      if (gap > 0 && (height >= 0 || lane.problem === undefined)) parts.push(`… ${grouped(gap)} …`)
      parts.push(lane.kind === 'timestamp' ? 'head' : `${grouped(version.version)}${signOf(tone)}`)
      height = version.height
    }
    lines.push(start + joined(parts, most - room))
    for (const { version, tone } of aside) {
      lines.push(`${' '.repeat(room)}another ${grouped(version.version)}${signOf(tone)}`)
    }
  }
  return lines
}

function signOf(tone: string): string {
  return { 'in-force': '*', held: ' (held)', proof: ' !' }[tone] ?? ''
}

function joined(parts: readonly string[], room: number): string {
  const all = parts.join(arrow)
  if (all.length <= room) return all
  const [first = '', ...rest] = parts
  let tail = ''
  for (const part of rest.toReversed()) {
    const longer = tail === '' ? part : part + arrow + tail
    if (first.length + ' ←…← '.length + longer.length > room) break
    tail = longer
  }
  return `${first} ←…← ${tail}`
}
