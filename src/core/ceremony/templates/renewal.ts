// Renewal of root: the same keys, the same thresholds, a later date.
import type { CeremonyScript } from '../script.ts'
import type { ScriptFacts } from './facts.ts'
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
import { quorumSentence } from './words.ts'

export function renewalTexts({ repository, before }: ScriptFacts): { title: string; purpose: string } {
  return {
    title: `Renewal of root of ${repository}`,
    purpose: `Renew ${before?.title ?? 'root'} of ${repository} before it expires. No key and no threshold changes.`,
  }
}

export function renewalActs(facts: ScriptFacts): CeremonyScript['acts'] {
  const compared = comparing(facts)
  return actsOf({
    preflight: preflight(facts),
    open: [
      ...rollCall(),
      step(
        'purpose',
        'say',
        'administrator',
        'Read the purpose on the cover aloud, and say until when the root in force is good. Ask whether anybody objects.',
        'Nobody objects; the date is written in the notes of this act.',
        ['roles'],
      ),
      ...earlier(facts),
      tokens(['purpose', 'script-words']),
    ],
    receive: [
      receive(
        'Take in the request. The machine verifies it from the root on the cover before it shows anything.',
        'The headline says that this is a renewal only: version and date, and nothing else.',
      ),
      step(
        'read-changes',
        'say',
        'administrator',
        'Read every change on the screen aloud, with the old date and the new one.',
        'Two changes. If there is a third, or a name or a number of signatures in any of them, we stop here.',
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
        'Plug in your own token, type your own PIN, and touch the token when it blinks. Take your time: nothing is lost by waiting.',
        facts.before === undefined ? 'Your signature is verified and counted.' : quorumSentence(facts.before),
        ['agree'],
      ),
      tokensBack(),
    ],
    prove: [
      prove(
        'Put the signatures together, and let a client walk from every published root to the new one.',
        'The threshold is reached, and the client arrives.',
      ),
      step(
        'next-date',
        'say',
        'administrator',
        'Read the new date aloud, and agree today when the next renewal is.',
        'The day of the next ceremony is written in the notes of this act.',
        ['prove'],
      ),
    ],
    export: exporting(facts),
    close: closing(['export'], facts),
  })
}
