// A token is lost, or somebody else may have used it: its key goes out of root while those that are left can still do it.
import { countOf } from '../../phrases.ts'
import type { CeremonyScript, Step } from '../script.ts'
import { keysBeyond, keysLeft, type RootFacts, type ScriptFacts } from './facts.ts'
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
import { keysWords, namesWith, quorumSentence } from './words.ts'

export interface Loss {
  before: RootFacts
  holder: string
}

export function lostTokenTexts(
  { repository }: ScriptFacts,
  { before, holder }: Loss,
): { title: string; purpose: string } {
  return {
    title: `Lost token of ${holder}: root of ${repository}`,
    purpose: `Take the key on the lost or compromised token of ${holder} out of ${before.title} of ${repository}, so that it can sign nothing any more.`,
  }
}

/** Whoever lost it tells it, where they are in the room. */
function reportStep({ people }: ScriptFacts, { holder }: Loss): Step {
  const isHere = people.some(({ name }) => name === holder)
  return step(
    'report',
    'say',
    isHere ? holder : 'witness',
    isHere
      ? 'Tell us when you last had the token, when you missed it, and whether anybody could know its PIN. Nobody blames you: you did right to say so.'
      : `Read the report of ${holder} aloud: when the token was last seen, when it was missed, and whether anybody could know its PIN.`,
    'Day, place and serial number are written in the notes of this act, and that the token was reported to whoever watches the repository.',
    ['roles'],
  )
}

function reachableStep(facts: ScriptFacts, { before }: Loss): Step {
  const left = keysLeft(facts)
  const spare = left.length - before.threshold
  return step(
    'reachable',
    'say',
    'witness',
    `Count the keys of ${before.title} that are left: there should be ${keysWords(left)}. ${before.title} asks for ${countOf(before.threshold, 'signature')}.`,
    spare === 0
      ? 'Exactly enough, and none to spare: no other token may fail today.'
      : `Enough without the lost one, with ${spare} to spare.`,
    ['report'],
  )
}

function replacementSteps({ after }: ScriptFacts, { before }: Loss): Step[] {
  if (after === undefined) return []
  const coming = keysBeyond(after.keys, before.keys)
  const isLower = after.threshold < before.threshold
  const what =
    coming.length === 0
      ? 'No key comes in its place.'
      : `In its place ${coming.length === 1 ? 'comes' : 'come'} ${keysWords(coming)}.`
  return [
    step(
      'replacement',
      'say',
      'administrator',
      `Read aloud: ${what} ${quorumSentence(after)}`,
      isLower
        ? `Fewer signatures than before (${after.threshold} instead of ${before.threshold}): everybody has heard why.`
        : 'No fewer signatures than before. Whoever brings a new key has read its words from their own paper.',
      ['reachable'],
    ),
  ]
}

export function lostTokenActs(facts: ScriptFacts, loss: Loss): CeremonyScript['acts'] {
  const { before, holder } = loss
  const compared = comparing(facts)
  const replacement = replacementSteps(facts, loss)
  const custodian = namesWith(facts.people, 'custodian').length > 0 ? 'custodian' : 'witness'
  return actsOf({
    preflight: preflight(facts),
    open: [
      ...rollCall(),
      reportStep(facts, loss),
      reachableStep(facts, loss),
      ...replacement,
      ...earlier(facts),
      step(
        'spares',
        'say',
        custodian,
        'Bring the bag with the spare tokens. Read the number of its seal aloud, and show that the seal is whole, before it is opened.',
        'The number is the one that was written down when it was sealed.',
        ['reachable'],
      ),
      tokens(['spares', 'script-words']),
    ],
    receive: [
      receive(
        `Take in the request. The machine verifies it from ${before.title} before it shows anything.`,
        `The headline says that a key leaves: the one of ${holder}.`,
      ),
      step(
        'read-changes',
        'say',
        'administrator',
        'Read every change on the screen aloud. Compare the key that leaves with the report, number by number.',
        'It is the lost key that leaves, and no other. Nothing else is changed in a hurry.',
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
        'Plug in your own token, type your own PIN, and touch the token when it blinks. If the lost token turns up now, it does not sign.',
        `The board counts your signature; ${before.title} is reached without the lost key.`,
        ['agree'],
      ),
      tokensBack(),
    ],
    prove: [
      prove(
        'Put the signatures together, and let a client walk from every published root to the new one.',
        'The thresholds are reached, the client arrives, and the lost key counts for nothing after it.',
      ),
      step(
        'other-places',
        'say',
        'witness',
        'Ask where else the lost key can sign: other roles, other repositories, logins. Name somebody for each.',
        'Every place has a name and a day, written in the notes of this act.',
        ['prove'],
      ),
    ],
    export: [
      ...exporting(facts),
      step(
        'custody',
        'say',
        custodian,
        'Put the spare tokens that are left into a new bag, seal it, and read serial numbers and seal aloud.',
        'The new number is written in the notes of this act, and where the bag is kept from today.',
        ['export', 'tokens-back'],
      ),
    ],
    close: closing(['export', 'other-places', 'custody'], facts),
  })
}
