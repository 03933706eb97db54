// Who signed the fingerprint of a record: with keys that the script gives them, or that were seen in a rehearsal.
import { isEqualBytes, toBase64 } from '../bytes.ts'
import { type CeremonyRecord, signedMessage } from './record.ts'
import { fails, holds, open, type Result } from './result.ts'
import type { CeremonyScript, Person } from './script.ts'
import { isSignature } from './signature.ts'

export async function signaturesOf(
  record: CeremonyRecord,
  fingerprint: string,
  script: CeremonyScript | undefined,
): Promise<Result[]> {
  const message = signedMessage(fingerprint)
  const practice = practiceIn(record)
  const room = presentIn(record)
  const results: Result[] = []
  const who = new Set<string>()
  for (const { person, key, value, line } of record.signatures) {
    const isPractice = practice.keys.has(`${toBase64(key)} ${person}`)
    const known = script?.people.find(({ name }) => name === person)
    if (!(await isSignature(key, message, value))) {
      results.push(fails(`the signature of ${person} does not fit the fingerprint`, line))
    } else if (script === undefined) {
      results.push(open(`a key signed as ${person}; whose it is stands in the script`, line))
    } else if (known === undefined || !(isOfScript(known, key) || isPractice || practice.isWithheld)) {
      results.push(fails(`a key signed as ${person} that is not theirs`, line))
    } else if (!isOfScript(known, key) && !isPractice) {
      who.add(person)
      results.push(open(`a key signed as ${person}; whether it was a token of the rehearsal is withheld`, line))
    } else {
      who.add(person)
      if (!room.tokens.has(`${toBase64(key)} ${person}`) && !room.isWithheld)
        results.push(fails(`${person} signed the fingerprint with a key that is not in the roll call`, line))
      else results.push(holds(`${person} signed the fingerprint`, line))
    }
  }
  const missing = (script?.people ?? []).filter(({ name, keys }) => keys.length > 0 && !who.has(name))
  for (const { name } of missing) {
    if (room.names.has(name)) results.push(fails(`${name} was there with a token, and did not sign the fingerprint`))
    else if (room.isWithheld)
      results.push(open(`${name} did not sign the fingerprint; whether they were there is withheld`))
    else results.push(open(`${name} has a key in the script, is not in the roll call, and did not sign: ask them`))
  }
  if (script !== undefined && who.size === 0) results.push(fails('nobody signed the fingerprint'))
  // One of many can make a record in which the others never were: how many stand for it is said.
  const holders = (script?.people ?? []).filter(({ keys }) => keys.length > 0).length
  if (who.size > 0)
    results.push(holds(`${who.size} of the ${holders} people who have keys in the script signed the fingerprint`))
  return results
}

/** Who was in the roll call, and with which key; whoever signed the change was, also where that is withheld. */
function presentIn({ facts }: CeremonyRecord): {
  names: ReadonlySet<string>
  tokens: ReadonlySet<string>
  isWithheld: boolean
} {
  const present = facts.filter(({ kind }) => kind === 'present')
  const signed = facts.filter(({ kind }) => kind === 'signed')
  const shown = present.flatMap(({ open: seen }) => (seen === undefined ? [] : [seen.fact]))
  return {
    names: new Set([...shown.map(({ person }) => String(person)), ...signed.map(({ actor }) => actor)]),
    tokens: new Set(shown.map(({ key, person }) => `${String(key)} ${String(person)}`)),
    isWithheld: shown.length < present.length,
  }
}

function isOfScript({ keys }: Person, key: Uint8Array): boolean {
  return keys.some((one) => isEqualBytes(one.key.spki, key))
}

/** In a rehearsal a card of software stands in for the token; it was seen in the roll call, in a fact that may be withheld. */
function practiceIn({ header, facts }: CeremonyRecord): { keys: ReadonlySet<string>; isWithheld: boolean } {
  const present = header.rehearsal ? facts.filter(({ kind }) => kind === 'present') : []
  const keys = present.flatMap(({ open: shown }) =>
    shown?.fact.attestation === 'rehearsal' ? [`${String(shown.fact.key)} ${String(shown.fact.person)}`] : [],
  )
  return { keys: new Set(keys), isWithheld: present.some(({ open: shown }) => shown === undefined) }
}
