// The steps that every ceremony has, in the words in which they are read aloud; a template adds what is its own.
import type { Act, Step, StepKind } from '../script.ts'
import type { ScriptFacts } from './facts.ts'
import { namesWith } from './words.ts'

export function step(
  id: string,
  kind: StepKind,
  who: string,
  text: string,
  expect = '',
  after: readonly string[] = [],
): Step {
  return { id, kind, who, text, expect, after }
}

/** In the one order in which the acts of a ceremony come. */
export interface Acts {
  preflight: readonly Step[]
  open: readonly Step[]
  receive: readonly Step[]
  compare: readonly Step[]
  sign: readonly Step[]
  prove: readonly Step[]
  export: readonly Step[]
  close: readonly Step[]
}

export function actsOf(acts: Acts): Act[] {
  return [
    { title: 'Preflight', steps: acts.preflight },
    { title: 'Open', steps: acts.open },
    { title: 'Receive', steps: acts.receive },
    { title: 'Compare', steps: acts.compare },
    { title: 'Sign', steps: acts.sign },
    { title: 'Prove', steps: acts.prove },
    { title: 'Export', steps: acts.export },
    { title: 'Close', steps: acts.close },
  ]
}

export function preflight({ rules, anchor }: ScriptFacts): Step[] {
  const cables = rules.offline
    ? 'Put the signing machine on the table with nothing plugged in but power, and switch its wireless off.'
    : 'Put the signing machine on the table. This ceremony may use the network: plug in what the script needs, and nothing else.'
  const start = anchor === null ? 'that there is no root to start from' : `that it starts from ${anchor.title}`
  return [
    step(
      'machine',
      'say',
      'administrator',
      cables,
      'Only Countersign is open, and everybody can see the screen from where they sit.',
    ),
    step(
      'gates',
      'gate',
      'administrator',
      `Let the machine check itself: network, sandbox, clock, build, and ${start}. Hold a watch beside the clock.`,
      `Every check has passed; clock and watch are at most ${rules.clockSeconds} seconds apart.`,
      ['machine'],
    ),
    step(
      'script-words',
      'say',
      'witness',
      'Read the words at the foot of the printed script aloud. Everybody follows on their own copy, and one of us on the screen.',
      'The same 32 words on every copy, on the screen, and where the script was published before today.',
      ['gates'],
    ),
  ]
}

export function rollCall(): Step[] {
  return [
    step(
      'roles',
      'say',
      'witness',
      'Call everybody by name and role. Whoever is missing, or is here in another role, is written down as a deviation first.',
      'Everybody has answered, and everybody knows that they may say stop at any time.',
    ),
  ]
}

export function earlier({ previous }: ScriptFacts): Step[] {
  if (previous === '') return []
  return [
    step(
      'ceremony-before',
      'say',
      'witness',
      'Read the fingerprint of the last ceremony from the paper that was kept, and compare it with the words printed in this script.',
      'The same words: this ceremony follows that one.',
    ),
  ]
}

export function tokens(after: readonly string[]): Step {
  return step(
    'tokens',
    'roll-call',
    'signer',
    'When you are called, plug in your token and read its serial number aloud. No PIN is typed now.',
    'Key and serial number are those beside your name in the roster.',
    after,
  )
}

export function receive(text: string, expect: string): Step {
  return step('receive', 'receive', 'administrator', text, expect, ['tokens'])
}

/** The signing machine is one of the devices: on the witness's, and on as many more as the rules ask for. */
export function comparing({ people, rules }: ScriptFacts): Step[] {
  const observers = namesWith(people, 'observer').length > 0
  const steps = [
    step(
      'compare-witness',
      'compare',
      'witness',
      'Take the request in on your own device, and read the change there. Answer with the words on your device: ours keeps its own to itself.',
      'Your device shows the same change, and its words are taken.',
      ['read-changes'],
    ),
  ]
  for (let device = 3; device <= Math.max(rules.devices, observers ? 3 : 2); device++) {
    steps.push(
      step(
        `compare-device-${device}`,
        'compare',
        observers ? 'observer' : 'witness',
        'Do the same on one more device, of another make if there is one. Answer with the words on that device.',
        'The words are taken once more: nobody has to believe one screen.',
        ['read-changes'],
      ),
    )
  }
  return steps
}

export function agree(compared: readonly Step[], text?: string): Step {
  return step(
    'agree',
    'agree',
    'signer',
    text ??
      'Read the sentence on the screen aloud, and say in your own words whether you agree. No is a good answer too.',
    'The sentence stands beside your name.',
    compared.map(({ id }) => id),
  )
}

export function tokensBack(): Step {
  return step(
    'tokens-back',
    'say',
    'witness',
    'See that every token is back with whoever brought it, and that none is left in the machine.',
    'No token is on the table.',
    ['sign'],
  )
}

export function prove(text: string, expect: string): Step {
  return step('prove', 'prove', 'administrator', text, expect, ['sign'])
}

export function exporting({ people }: ScriptFacts): Step[] {
  const custodians = namesWith(people, 'custodian').length > 0
  return [
    step(
      'export',
      'export',
      'administrator',
      'Write the result on a new medium. The machine reads it back and says what is on it.',
      'Each file is listed with its size and its digest, and was read back the same.',
      ['prove'],
    ),
    custodians
      ? step(
          'seal',
          'say',
          'custodian',
          'Take the medium, put it into a bag, seal it, and read the number of the seal aloud.',
          'The number of the seal is written in the notes of this act.',
          ['export'],
        )
      : step(
          'hand-over',
          'say',
          'administrator',
          'Label the medium, and hand it to whoever publishes. Say aloud who that is.',
          'The name is written in the notes of this act.',
          ['export'],
        ),
  ]
}

export function closing(after: readonly string[], { rules }: ScriptFacts): Step[] {
  return [
    step(
      'deviations',
      'say',
      'witness',
      'Read every deviation aloud, also the small ones: what happened, and what was done. Ask whether anything is missing.',
      'Every deviation is settled with somebody else’s word than the one who noted it.',
      after,
    ),
    step(
      'close',
      'close',
      'witness',
      'Read the fingerprint of the record aloud, slowly. Everybody writes it down by hand, and then everybody’s token signs it.',
      `32 words on every paper, signed in ink; ${rules.offline ? 'the machine stays off the network until the record is copied.' : 'the record is copied before anybody leaves.'}`,
      ['deviations'],
    ),
  ]
}
