// A ceremony with its people, made by the product's own writer: a script, and the record of a run of it that went well.
import { toBase64, toHex } from '../../src/core/bytes.ts'
import type { FactKind, Level } from '../../src/core/ceremony/facts.ts'
import { type CeremonyRecord, type FactLine, signedMessage } from '../../src/core/ceremony/record.ts'
import {
  type CeremonyScript,
  type Role,
  type Step,
  type StepKind,
  scriptBytes,
  scriptHash,
} from '../../src/core/ceremony/script.ts'
import { chainAtEnd, nextLine } from '../../src/core/ceremony/writer.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Signer } from '../../src/core/signer.ts'
import { never, softwareSigner } from './repository.ts'

export const change = 'd1'.repeat(32)

export interface Cast {
  script: CeremonyScript
  bytes: Uint8Array
  signers: ReadonlyMap<string, Signer>
}

const step = (id: string, kind: StepKind, who: string, after: readonly string[] = []): Step => ({
  ...{ id, kind, who, after },
  text: `Do ${id}.`,
  expect: 'It is done.',
})

const roles: Readonly<Record<string, readonly Role[]>> = {
  Ada: ['administrator'],
  Wim: ['witness'],
  Ana: ['signer'],
  Ben: ['signer', 'observer'],
  Cleo: ['signer'],
}

/** `given`: whose tokens are known already, as they hold keys of a repository. */
export async function castOf(
  change_: Partial<CeremonyScript> = {},
  given: ReadonlyMap<string, Signer> = new Map(),
): Promise<Cast> {
  const signers = new Map<string, Signer>()
  for (const [at, name] of Object.keys(roles).entries())
    signers.set(name, given.get(name) ?? (await softwareSigner(name, at % 2 === 0 ? 'ed25519' : 'ecdsa-p256-sha256')))
  const script: CeremonyScript = {
    ...{ title: 'Root 2', purpose: 'renew root', repository: 'prod', subject: 'root' },
    anchor: { title: 'Root 1', digest: 'a0'.repeat(32) },
    previous: '',
    preparedAt: '2026-11-01T09:00:00Z',
    people: [...signers].map(([name, { key }]) => ({
      name,
      roles: roles[name] ?? [],
      keys: [{ key, label: `token of ${name}`, serial: '', attested: true }],
    })),
    rules: { devices: 2, offline: true, sandbox: true, clockSeconds: 60 },
    acts: [
      {
        title: 'Open',
        steps: [step('begin', 'say', 'administrator'), step('tokens', 'roll-call', 'signer', ['begin'])],
      },
      { title: 'Look', steps: [step('receive', 'receive', 'administrator'), step('compare', 'compare', 'witness')] },
      {
        title: 'Sign',
        steps: [
          step('agree', 'agree', 'signer'),
          step('sign', 'sign', 'signer'),
          step('prove', 'prove', 'administrator'),
        ],
      },
      { title: 'Close', steps: [step('close', 'close', 'witness')] },
    ],
    ...change_,
  }
  return { script, bytes: scriptBytes(script), signers }
}

export interface Said {
  kind: FactKind
  fact: JsonObject
  actor?: string
  step?: string
  level?: Level
  at?: string
  mono?: number
}

export const keyOf = ({ signers }: Cast, name: string): string =>
  toBase64(signers.get(name)?.key.spki ?? new Uint8Array())

/** What happens in a ceremony in which nothing goes wrong. */
export function goodRun(cast: Cast): Said[] {
  const present = (person: string): Said => ({
    kind: 'present',
    step: 'tokens',
    level: 'auditor',
    fact: { person, key: keyOf(cast, person), serial: '1', attestation: 'verified' },
  })
  const signed = (actor: string): Said => ({
    ...{ kind: 'signed', step: 'sign', actor },
    fact: { digest: change, key: keyOf(cast, actor), keyId: 'k1', signature: '00ff', serial: '1', tries: 0 },
  })
  const compared = (actor: string, device: string): Said => ({
    ...{ kind: 'compared', step: 'compare', actor },
    fact: { device, digest: change, positions: [3, 9, 20], outcome: 'same' },
  })
  const begin = (id: string, actor = 'Ada'): Said => ({ kind: 'started', step: id, actor, fact: { said: '' } })
  const end = (id: string, actor = 'Ada'): Said => ({ kind: 'done', step: id, actor, fact: { said: '' } })
  return [
    { kind: 'opened', fact: { purpose: 'renew root', machine: { system: 'Linux' } } },
    { kind: 'gate', level: 'internal', fact: { name: 'network', outcome: 'passed', found: 'no interface is up' } },
    ...[
      begin('begin'),
      end('begin'),
      begin('tokens'),
      ...['Ana', 'Ben', 'Cleo', 'Ada', 'Wim'].map(present),
      end('tokens'),
    ],
    begin('receive'),
    {
      kind: 'received',
      step: 'receive',
      fact: {
        request: 'e2'.repeat(32),
        subject: 'root',
        digest: change,
        anchor: 'a0'.repeat(32),
        headline: 'Renewal only',
      },
    },
    ...[end('receive'), begin('compare', 'Wim'), compared('Ada', 'the signing machine'), compared('Wim', 'a phone')],
    {
      kind: 'deviation',
      actor: 'Wim',
      fact: { number: 1, what: 'the clock was slow', when: time(60), fix: 'it was set' },
    },
    { kind: 'settled', actor: 'Ada', fact: { number: 1, agreed: ['Ada', 'Ana'] } },
    ...[end('compare', 'Wim'), begin('agree', 'Ana')],
    { kind: 'agreed', step: 'agree', actor: 'Ana', fact: { sentence: 'I renew root', digest: change } },
    ...[end('agree', 'Ana'), begin('sign', 'Ana'), signed('Ana'), signed('Ben'), end('sign', 'Ana'), begin('prove')],
    {
      kind: 'proved',
      step: 'prove',
      fact: { digest: change, quorums: [{ name: 'Root 1', threshold: 2, signed: 2 }], client: 'walked from 1 to 2' },
    },
    ...[end('prove'), begin('close', 'Wim'), end('close', 'Wim')],
    { kind: 'closed', fact: { outcome: 'complete', facts: 32 } },
  ]
}

export function time(seconds: number): string {
  return new Date(Date.parse('2026-11-30T08:00:00.000Z') + seconds * 1000).toISOString()
}

export async function recordOf(
  cast: Cast,
  run: readonly Said[],
  name = '0f',
  rehearsal = false,
  previous = '',
): Promise<CeremonyRecord> {
  const header = {
    ...{ run: name.repeat(16), script: await scriptHash(cast.bytes), program: 'countersign test', previous },
    ...{ rehearsal, startedAt: time(0) },
  }
  const facts: FactLine[] = []
  let chain = await chainAtEnd({ header, facts })
  for (const [n, { kind, fact, actor = 'machine', step: id = '', level = 'public', at, mono }] of run.entries()) {
    const meta = { kind, actor, level, step: id, at: at ?? time(n), mono: mono ?? n * 1000 }
    // Known only when it is written: how many came before, and after which one it was interrupted.
    const isResumed = kind === 'resumed' && fact.interruptedAfter === ''
    const known = kind === 'closed' ? { facts: n } : isResumed ? { interruptedAfter: toHex(chain) } : {}
    const filled = { ...fact, ...known }
    const salt = toHex(crypto.getRandomValues(new Uint8Array(16)))
    facts.push(await nextLine(chain, meta, filled, salt))
    chain = await chainAtEnd({ header, facts })
  }
  const message = signedMessage(toHex(chain))
  const signatures = await Promise.all(
    [...cast.signers].map(async ([person, signer]) => ({
      person,
      key: signer.key.spki,
      value: await signer.sign(message, never),
    })),
  )
  return { header, facts, signatures, proofs: [] }
}
