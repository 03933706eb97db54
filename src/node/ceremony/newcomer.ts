// A rehearsal for whoever has no script yet: people that are made up, and a practice token for each of them.
import { type CeremonyScript, type Person, type Role, scriptBytes } from '../../core/ceremony/script.ts'
import { scriptOf } from '../../core/ceremony/templates/templates.ts'
import type { Signer } from '../../core/signer.ts'

const people: Readonly<Record<string, readonly Role[]>> = {
  Ada: ['administrator'],
  Wim: ['witness'],
  Ana: ['signer'],
  Ben: ['signer'],
}

/** Those of them who have a token. */
export const newcomers: readonly string[] = Object.keys(people).filter((name) => people[name]?.includes('signer'))

export function newcomerScript(signers: ReadonlyMap<string, Signer>, now: Date): Uint8Array {
  const cast = Object.entries(people).map(([name, roles]): Person => {
    const signer = signers.get(name)
    const key = { label: `practice token of ${name}`, serial: '', attested: false }
    return { name, roles, keys: signer === undefined ? [] : [{ key: signer.key, ...key }] }
  })
  const script: CeremonyScript = scriptOf('rehearsal', {
    repository: 'Example Packages',
    // A practice root stands in, whatever is named here.
    anchor: { title: 'Root 1', digest: '0'.repeat(64) },
    previous: '',
    preparedAt: `${now.toISOString().slice(0, 19)}Z`,
    people: cast,
    rules: { devices: 2, offline: false, sandbox: false, clockSeconds: 120 },
  })
  return scriptBytes(script)
}
