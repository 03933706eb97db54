// A rehearsal for a newcomer: short, with practice keys, and with one mistake and one deviation made on purpose.
import type { CeremonyScript } from '../script.ts'
import type { ScriptFacts } from './facts.ts'
import { actsOf, agree, comparing, preflight, prove, receive, step, tokens } from './step.ts'

export function rehearsalTexts({ repository }: ScriptFacts): { title: string; purpose: string } {
  return {
    title: `Rehearsal: signing a root of ${repository}`,
    purpose: 'Practise a ceremony from beginning to end. Nothing that is signed here is published.',
  }
}

export function rehearsalActs(facts: ScriptFacts): CeremonyScript['acts'] {
  const compared = comparing(facts)
  return actsOf({
    preflight: preflight(facts)
      .filter(({ id }) => id !== 'machine')
      .map((one) => (one.id === 'gates' ? { ...one, after: [] } : one)),
    open: [
      step(
        'welcome',
        'say',
        'administrator',
        'Say who does what today, and that this is practice: every question is welcome, and every mistake is useful.',
        'Everybody knows their role and has a practice token in front of them.',
      ),
      tokens(['welcome', 'script-words']),
    ],
    receive: [
      receive('Take in the practice request.', 'The machine says what would change, first in one line.'),
      step(
        'read-changes',
        'say',
        'signer',
        'Read the changes aloud, as if they were real. Say what each of them would mean for users.',
        'Nothing is left unexplained.',
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
        'Make a mistake on purpose first: try to sign with your neighbour’s token. Then sign with your own: type your PIN, and touch it when it blinks.',
        'The wrong token is refused before any PIN. With the right one your signature is verified and counted.',
        ['agree'],
      ),
    ],
    prove: [
      prove(
        'Let a client try the result.',
        'The machine says whether the threshold is reached, and what a client does.',
      ),
    ],
    export: [
      step(
        'export',
        'export',
        'administrator',
        'Write the result into a folder, as if it were the stick that leaves the room, and see it read back.',
        'Each file is listed with its digest.',
        ['prove'],
      ),
    ],
    close: [
      step(
        'deviation',
        'say',
        'witness',
        'Note the wrong token as a deviation, and have somebody else settle it. On the real day it works just like this.',
        'One deviation, settled.',
        ['export'],
      ),
      step(
        'close',
        'close',
        'witness',
        'Read the fingerprint aloud. Everybody writes it down, and their tokens sign it.',
        'The same words on every paper; the record says that it is of a rehearsal.',
        ['deviation'],
      ),
    ],
  })
}
