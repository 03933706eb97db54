// What a token says of a key that was made on it, and how far that could be checked.
import type { ReactElement } from 'react'
import { pinPolicyWords, touchPolicyWords } from '../../core/token.ts'
import { serialWords } from '../../core/token-words.ts'
import type { AttestationView, TokenView } from '../../ipc/contract.ts'
import { Foreign } from '../components/foreign.tsx'
import { capital, sentenceOf, type Tone } from '../format.ts'
import { groupSerials, placeOf } from '../token-words.ts'

const verdicts: Readonly<Record<AttestationView['verdict'], { tone: Tone; title: string }>> = {
  verified: { tone: 'ok', title: 'Proven, up to a vendor root that is built in' },
  'unknown-root': { tone: 'warn', title: 'It says so, but its vendor is not known here' },
  rehearsal: { tone: 'plain', title: 'A rehearsal: the token is a program' },
}

export function Proof({ proof, token }: { proof: AttestationView; token: TokenView }): ReactElement {
  const { tone, title } = verdicts[proof.verdict]
  const facts: [string, string | undefined][] = [
    ['Key', `${capital(placeOf(token.kind, proof.slot))}, ${proof.fingerprint}`],
    ['Made on serial', proof.serial === undefined ? undefined : serialWords(proof.serial)],
    ['Firmware', proof.firmware],
    ['Asks for', `${pinPolicyWords(proof.pinPolicy)}, ${touchPolicyWords(proof.touchPolicy)}`],
    ['Form', proof.formFactor],
    ['FIPS edition', proof.fips === undefined ? undefined : proof.fips ? 'yes' : 'no'],
    [proof.verdict === 'verified' ? 'Vendor root' : 'Leads to', proof.root],
  ]
  return (
    <div className={`note tone-${tone} proof`}>
      <h4>{title}</h4>
      <p>
        <Foreign text={sentenceOf(groupSerials(proof.sentence))} />
      </p>
      <dl className="facts small">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Foreign text={value} />
              </dd>
            </div>
          ),
        )}
      </dl>
      {proof.advisories.map((advisory) => (
        <p key={advisory} className="small">
          <Foreign text={sentenceOf(advisory)} />
        </p>
      ))}
    </div>
  )
}
