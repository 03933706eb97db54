// What one fact of a record says, as a sentence, and its numbers below it.

import { parseBase64 } from '../../bytes.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { groupsOfFour, listOf } from '../../phrases.ts'
import { proofWords } from '../../token-words.ts'
import type { FactKind } from '../facts.ts'
import { markOfSpki } from './roster.ts'

export interface FactWords {
  sentence: string
  details: readonly (readonly [name: string, value: string])[]
}

type Said = (fact: Read) => FactWords

/** Members by name: a parsed record has exactly those of its kind. */
interface Read {
  text(name: string): string
  list(name: string): string[]
  fact: JsonObject
}

const just = (sentence: string): FactWords => ({ sentence, details: [] })
const withWords = (sentence: string, said: string): FactWords =>
  just(said === '' ? `${sentence}.` : `${sentence}: “${said}”`)
const hex = (value: string): string => groupsOfFour(value).join(' ')

const kinds: Readonly<Record<FactKind, Said>> = {
  opened: ({ text, fact }) => ({
    sentence: `Opened: “${text('purpose')}”`,
    details: isObject(fact.machine) ? Object.entries(fact.machine).map(([name, value]) => [name, String(value)]) : [],
  }),
  resumed: ({ text }) => ({
    sentence: `Resumed after an interruption: “${text('reason')}”`,
    details: [['after', hex(text('interruptedAfter'))]],
  }),
  gate: ({ text }) => just(`Check “${text('name')}” ${text('outcome')}: ${text('found')}`),
  started: ({ text }) => withWords('Step begun', text('said')),
  done: ({ text }) => withWords('Step done', text('said')),
  present: ({ text }) => ({
    sentence: `A token of ${text('person')} was plugged in: ${proofWords(text('attestation'))}.`,
    details: [...serialOf(text('serial')), ['key', keyOf(text('key'))]],
  }),
  received: ({ text }) => ({
    sentence: `Received for “${text('subject')}”: ${text('headline')}`,
    details: [
      ['change', hex(text('digest'))],
      ['file', hex(text('request'))],
      ['judged from', hex(text('anchor'))],
    ],
  }),
  compared: ({ text, list }) => ({
    sentence: `Compared on “${text('device')}”: ${text('outcome')}${list('positions').length === 0 ? '' : `, words ${listOf(list('positions'))}`}.`,
    details: [['change', hex(text('digest'))]],
  }),
  agreed: ({ text }) => ({ sentence: `Agreed: “${text('sentence')}”`, details: [['change', hex(text('digest'))]] }),
  signed: ({ text }) => ({
    sentence: `Signed${text('tries') === '0' ? '' : `, after ${text('tries')} wrong PINs`}.`,
    details: [
      ['change', hex(text('digest'))],
      ...serialOf(text('serial')),
      ['key id', text('keyId')],
      ['key', keyOf(text('key'))],
      ['signature', hex(text('signature'))],
    ],
  }),
  refused: ({ text }) => just(`Refused: ${text('message')} (${text('code')})`),
  proved: ({ text, fact }) => ({
    sentence: `Proved: ${listOf(quorumsOf(fact)) || 'no threshold was looked at'}. The client: ${text('client')}`,
    details: [['change', hex(text('digest'))]],
  }),
  exported: ({ text }) => ({
    sentence: `Exported “${text('name')}”, ${text('bytes')} bytes.`,
    details: [['sha256', hex(text('digest'))]],
  }),
  break: ({ text }) => withWords('Break', text('said')),
  back: ({ text }) => withWords('Back from the break', text('said')),
  deviation: ({ text }) => ({
    sentence: `Deviation ${text('number')}: “${text('what')}”. What was done: “${text('fix')}”`,
    details: [['when', text('when')]],
  }),
  settled: ({ text, list }) =>
    just(`Deviation ${text('number')} settled; agreed: ${listOf(list('agreed')) || 'nobody'}.`),
  stopped: ({ text }) => withWords('Stopped by the witness', text('said')),
  closed: ({ text }) => just(`Closed, ${text('outcome')}, after ${text('facts')} facts.`),
}

export function factWords(kind: FactKind, fact: JsonObject): FactWords {
  const text = (name: string): string => String(fact[name] ?? '')
  const list = (name: string): string[] => {
    const value = fact[name]
    return Array.isArray(value) ? value.map(String) : []
  }
  return kinds[kind]({ text, list, fact })
}

function keyOf(base64: string): string {
  return markOfSpki(parseBase64(base64, 'a key'))
}

function serialOf(serial: string): (readonly [string, string])[] {
  return serial === '' ? [] : [['serial', serial]]
}

function quorumsOf({ quorums }: JsonObject): string[] {
  if (!Array.isArray(quorums)) return []
  return quorums.filter(isObject).map(({ name, threshold, signed }) => `${name}: ${signed} signed, ${threshold} needed`)
}
