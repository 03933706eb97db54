// The first root of a repository: nothing vouches for it but the people in the room, so every key is read out before.
import { capital, countOf } from '../../phrases.ts'
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

export function firstRootTexts({ repository }: ScriptFacts): { title: string; purpose: string } {
  return {
    title: `First root of ${repository}`,
    purpose: `Sign the first root of ${repository}. Everything that is ever trusted there begins with this signature.`,
  }
}

export function firstRootActs(facts: ScriptFacts): CeremonyScript['acts'] {
  const compared = comparing(facts)
  const signers = facts.people.filter(({ roles }) => roles.includes('signer'))
  const keys = signers.reduce((sum, { keys: own }) => sum + own.length, 0)
  return actsOf({
    preflight: preflight(facts),
    open: [
      ...rollCall(),
      step(
        'purpose',
        'say',
        'administrator',
        'Read the purpose on the cover aloud. There is no root before this one: nobody outside this room can correct a mistake of today.',
        'Everybody has understood that, and nobody objects.',
        ['roles'],
      ),
      ...earlier(facts),
      step(
        'own-keys',
        'say',
        'signer',
        'Read the words of each of your keys from the paper that you brought, written when the key was made. The others follow in the roster.',
        `${capital(countOf(keys, 'key'))} of ${countOf(signers.length, 'person', 'people')} read out; each the same as in the roster.`,
        ['purpose'],
      ),
      tokens(['own-keys', 'script-words']),
      step(
        'all-keys',
        'say',
        'witness',
        'Say aloud how many keys were read, whose they are, and that no key of the roster is left over.',
        `${keys} in the roster, ${keys} read, and each was in the machine once.`,
        ['tokens'],
      ),
    ],
    receive: [
      receive(
        'Take in the new root. There is nothing to verify it from: what the machine shows is checked by us alone.',
        'The machine says that this is a first root, and that nobody vouches for it yet.',
      ),
      step(
        'read-changes',
        'say',
        'administrator',
        'Read the whole root aloud: each role, its keys, how many must sign, until when. Whoever holds a key answers “mine”.',
        'No key in it is without an answer but those that the repository keeps for itself, and these are named.',
        ['receive', 'all-keys'],
      ),
      step(
        'threshold',
        'say',
        'witness',
        'Ask: if one token is lost tonight, can this root still be changed? And could one person alone change it?',
        'Yes to the first question, no to the second. If not, we stop and mend the root.',
        ['read-changes'],
      ),
    ],
    compare: compared,
    sign: [
      agree(
        compared,
        'Read the sentence on the screen aloud. You agree to be one of those whom everybody will have to believe.',
      ),
      step(
        'sign',
        'sign',
        'signer',
        'Plug in your own token, type your own PIN, and touch the token when it blinks. Every key in the root signs, not only enough of them.',
        'Your signature is verified: this key is known to work.',
        ['agree', 'threshold'],
      ),
      tokensBack(),
    ],
    prove: [
      prove(
        'Put the signatures together, and let a client start from this root and nothing else.',
        'The threshold is reached, and the client accepts the root as its first.',
      ),
      step(
        'root-words',
        'say',
        'witness',
        'Read the words of the new root from the screen. Everybody writes them down: this is what users pin first.',
        'The same words on every paper; two of us publish them in two different places.',
        ['prove'],
      ),
    ],
    export: exporting(facts),
    close: closing(['export', 'root-words'], facts),
  })
}
