// A card that plays back a conversation: it answers only the recorded commands, in their order, and knows whether all of
// them came. Lines: "# comment", "=> command", "<= response", in hex, spaces allowed.
import { readFileSync } from 'node:fs'
import { parseHex, toHex } from '../../src/core/bytes.ts'
import type { Card } from '../../src/node/card.ts'

export interface RecordedCard extends Card {
  /** The commands that came, in hex. */
  readonly commands: readonly string[]
  /** The time limit that each of them was given. */
  readonly limits: readonly (number | undefined)[]
  /** Throws when a line of the conversation was not used. */
  finish(): void
}

export function recordedCard(name: string): RecordedCard {
  return cardOf(readFileSync(new URL(`../apdu/${name}.txt`, import.meta.url), 'utf8'), name)
}

export function cardOf(conversation: string, name = 'the conversation'): RecordedCard {
  const steps = parseSteps(conversation, name)
  const commands: string[] = []
  const limits: (number | undefined)[] = []
  return {
    commands,
    limits,
    transmit: async (command, limitMs) => {
      const hex = toHex(command)
      const step = steps[commands.length]
      commands.push(hex)
      limits.push(limitMs)
      if (step === undefined) throw new Error(`${name} is over, and then came ${hex}`)
      if (step.command !== hex) throw new Error(`${name}, step ${commands.length}: ${hex} came, not ${step.command}`)
      return parseHex(step.response, 'a recorded response')
    },
    end: async () => {},
    finish: () => {
      if (commands.length !== steps.length) {
        throw new Error(`${name}: ${commands.length} of ${steps.length} commands came`)
      }
    },
  }
}

function parseSteps(text: string, name: string): { command: string; response: string }[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').replaceAll(/\s/g, ''))
  const found: { command: string; response: string }[] = []
  let command: string | undefined
  for (const line of lines.filter((content) => content !== '')) {
    if (line.startsWith('=>') && command === undefined) command = line.slice(2)
    else if (line.startsWith('<=') && command !== undefined) {
      found.push({ command, response: line.slice(2) })
      command = undefined
    } else throw new Error(`${name} holds a line that does not fit: ${line.slice(0, 40)}`)
  }
  if (command !== undefined) throw new Error(`${name} ends with a command`)
  return found
}
