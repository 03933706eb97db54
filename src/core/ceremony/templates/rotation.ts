// Rotation of root: keys leave and keys come, and both thresholds must agree to it.
import { countOf, listOf } from '../../phrases.ts'
import type { CeremonyScript, Step } from '../script.ts'
import { keysBeyond, type RootFacts, type ScriptFacts } from './facts.ts'
import {
  actsOf,
  agree,
  closing,
  comparing,
  earlier,
  exporting,
  preflight,
  prove,
  receive,
  rollCall,
  step,
  tokens,
  tokensBack,
} from './step.ts'
import { keysWords, peopleWords, quorumSentence } from './words.ts'

export interface Rotation {
  before: RootFacts
  after: RootFacts
}

export function rotationTexts({ repository }: ScriptFacts, { before, after }: Rotation) {
  const { leaving, coming } = swapOf({ before, after })
  const parts = [
    ...(leaving.length === 0 ? [] : [`take out ${keysWords(leaving)}`]),
    ...(coming.length === 0 ? [] : [`put in ${keysWords(coming)}`]),
    ...(before.threshold === after.threshold
      ? []
      : [`ask for ${after.threshold} signatures instead of ${before.threshold}`]),
  ]
  const what = parts.length === 0 ? 'renew it with the keys it has' : parts.join('; ')
  return {
    title: `Rotation of root of ${repository}`,
    purpose: `Replace ${before.title} of ${repository} by ${after.title}: ${what}.`,
  }
}

function swapOf({ before, after }: Rotation) {
  return { leaving: keysBeyond(before.keys, after.keys), coming: keysBeyond(after.keys, before.keys) }
}

/** Old keys first: they are the ones that clients know. */
function quorumSteps({ before, after }: Rotation): Step[] {
  const threshold =
    before.threshold === after.threshold
      ? `It asks for ${countOf(after.threshold, 'signature')}, as before.`
      : `The threshold changes from ${before.threshold} to ${after.threshold}.`
  return [
    step(
      'old-keys',
      'say',
      'administrator',
      `Read aloud: ${quorumSentence(before)}`,
      'These people are here, or enough of them.',
      ['purpose'],
    ),
    step('new-keys', 'say', 'administrator', `Read aloud: ${quorumSentence(after)}`, threshold, ['old-keys']),
  ]
}

function comingSteps(rotation: Rotation): Step[] {
  const { coming } = swapOf(rotation)
  if (coming.length === 0) return []
  return [
    step(
      'keys-that-come',
      'say',
      'witness',
      `Call whoever has a key that comes in: ${peopleWords(coming.map(({ holder }) => holder))}. They read the words of their key from their own paper, not from ours.`,
      'The words are those beside their names in the roster.',
      ['new-keys'],
    ),
  ]
}

function leavingSteps(rotation: Rotation): Step[] {
  const { leaving } = swapOf(rotation)
  if (leaving.length === 0) return []
  return [
    step(
      'keys-that-leave',
      'say',
      'witness',
      `Set aside the tokens whose keys leave: ${peopleWords(leaving.map(({ holder }) => holder))}. Erase none of them today.`,
      `They are kept until ${rotation.after.title} is published and a client outside this room has taken it.`,
      ['tokens-back'],
    ),
  ]
}

export function rotationActs(facts: ScriptFacts, rotation: Rotation): CeremonyScript['acts'] {
  const { before, after } = rotation
  const compared = comparing(facts)
  const coming = comingSteps(rotation)
  const { leaving, coming: came } = swapOf(rotation)
  const moves = [
    ...(leaving.length === 0 ? [] : [`${countOf(leaving.length, 'key')} out`]),
    ...(came.length === 0 ? [] : [`${countOf(came.length, 'key')} in`]),
  ]
  return actsOf({
    preflight: preflight(facts),
    open: [
      ...rollCall(),
      step(
        'purpose',
        'say',
        'administrator',
        'Read the purpose on the cover aloud, and say why each key leaves or comes. Ask whether anybody objects.',
        'Nobody objects.',
        ['roles'],
      ),
      ...earlier(facts),
      ...quorumSteps(rotation),
      ...coming,
      tokens([coming.length === 0 ? 'new-keys' : 'keys-that-come', 'script-words']),
    ],
    receive: [
      receive(
        `Take in the request. The machine verifies it from ${before.title} before it shows anything.`,
        moves.length === 0 ? `${after.title}, and no key moved.` : `${after.title}: ${listOf(moves)}.`,
      ),
      step(
        'read-changes',
        'say',
        'administrator',
        'Read every change on the screen aloud, one by one. For each key, whoever holds it answers “mine”.',
        'Every key that comes was called “mine” by the person whose it is in the roster, and no change was left over.',
        ['receive'],
      ),
    ],
    compare: compared,
    sign: [
      agree(compared),
      step(
        'sign',
        'sign',
        'signer',
        'One after the other: plug in your own token, type your own PIN, and touch the token when it blinks. If you have an old and a new token, each signs once.',
        'The board counts your signature for the old root, the new root, or both.',
        ['agree'],
      ),
      step(
        'board',
        'say',
        'witness',
        'Read the board aloud, the old root first, then the new one.',
        `${before.title}: at least ${before.threshold} of ${before.keys.length}. ${after.title}: at least ${after.threshold} of ${after.keys.length}.`,
        ['sign'],
      ),
      tokensBack(),
    ],
    prove: [
      prove(
        'Put the signatures together, and let a client that knows only the old keys walk from every published root to the new one.',
        'Both thresholds are reached, and the client arrives.',
      ),
      ...leavingSteps(rotation),
    ],
    export: exporting(facts),
    close: closing(['export'], facts),
  })
}
