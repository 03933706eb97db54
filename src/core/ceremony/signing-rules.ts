// The rules of order about the change and who signs it: what came, who had compared it, whose tokens these are.
import { toBase64 } from '../bytes.ts'
import type { JsonValue } from '../json.ts'
import type { FactLine } from './record.ts'
import { type Look, textIn } from './rule.ts'
import type { CeremonyScript, RosterKey } from './script.ts'

export function comparesBeforeSigning({ facts, script, fail, leave }: Look): void {
  const devices = script?.rules.devices ?? 2
  let received: FactLine | undefined
  let isSigned = false
  // Since the last time that comparing began anew: on which devices each change was the same, and whether some of it is withheld.
  let compared = new Map<string, Set<string>>()
  let isWithheld = false
  for (const [at, line] of facts.entries()) {
    const { kind, open } = line
    if (kind === 'received') received = line
    if (kind === 'received') isSigned = false
    if (kind === 'received' || (kind === 'resumed' && !isSigned)) {
      compared = new Map()
      isWithheld = false
    }
    if (kind === 'compared' && open === undefined) isWithheld = true
    if (kind === 'compared' && open?.fact.outcome === 'same') {
      const digest = textIn(open.fact, 'digest') ?? ''
      compared.set(digest, (compared.get(digest) ?? new Set()).add(textIn(open.fact, 'device') ?? ''))
    }
    if (kind !== 'signed') continue
    isSigned = true
    if (open === undefined) {
      leave(at, 'what was signed is withheld')
      continue
    }
    const digest = textIn(open.fact, 'digest') ?? ''
    if (received === undefined || (received.open !== undefined && received.open.fact.digest !== digest))
      fail(at, 'something was signed that had not been received')
    if (received?.open === undefined) leave(at, 'whether it was received before it was signed is withheld')
    const count = compared.get(digest)?.size ?? 0
    if (count >= devices) continue
    if (isWithheld) leave(at, 'whether it was compared before it was signed is withheld')
    else fail(at, `it was signed after it had been compared on ${count} devices, and ${devices} are asked for`)
  }
}

export function signersOnly({ facts, script, rehearsal, fail, leave }: Look): void {
  const present = new Set<string>()
  const practice = new Set<string>()
  let isWithheld = false
  for (const [at, { kind, open, actor }] of facts.entries()) {
    if (kind === 'present' && open === undefined) isWithheld = true
    if (kind === 'present' && open !== undefined) {
      const token = `${String(open.fact.person)} ${String(open.fact.key)}`
      present.add(token)
      if (!rehearsal && open.fact.attestation === 'rehearsal')
        fail(at, `a card of a rehearsal stood in for the token of ${String(open.fact.person)}, and this is none`)
      const known = script === undefined ? undefined : keyIn(script, open.fact.person, open.fact.key)
      if (rehearsal && open.fact.attestation === 'rehearsal') practice.add(token)
      else if (script !== undefined && known === undefined)
        fail(at, `a token of ${String(open.fact.person)} that is not in the script`)
      if (!rehearsal && known?.attested === true && open.fact.attestation !== 'verified')
        fail(
          at,
          `a token of ${String(open.fact.person)} did not prove where its key was made, and the script says it does`,
        )
    }
    if (kind !== 'signed') continue
    const roles = script?.people.find(({ name }) => name === actor)?.roles
    if (script !== undefined && roles?.includes('signer') !== true)
      fail(at, `${actor} signed, and is no signer in the script`)
    if (open === undefined) continue
    const token = `${actor} ${String(open.fact.key)}`
    const isOpen = practice.has(token) || (rehearsal && isWithheld)
    if (script !== undefined && !isOpen && keyIn(script, actor, open.fact.key) === undefined)
      fail(at, `${actor} signed with a key that is not theirs in the script`)
    if (present.has(token)) continue
    if (isWithheld) leave(at, `whether the token of ${actor} was looked at before is withheld`)
    else fail(at, `${actor} signed with a key that had not been looked at`)
  }
}

function keyIn(
  { people }: CeremonyScript,
  person: JsonValue | undefined,
  key: JsonValue | undefined,
): RosterKey | undefined {
  return people.find(({ name }) => name === person)?.keys.find((one) => toBase64(one.key.spki) === key)
}

export function stops({ facts, fail }: Look): void {
  const at = facts.findIndex(
    ({ kind, open }) => kind === 'stopped' || (kind === 'compared' && open?.fact.outcome === 'different'),
  )
  if (at < 0) return
  for (const [later, { kind }] of facts.entries())
    if (later > at && kind === 'signed')
      fail(later, 'something was signed after it had been stopped, or found to be different')
}

/** Of the script; a rehearsal judges a change that stands in for the one of the day. */
export function startsFromAnchor({ facts, script, rehearsal, fail, leave }: Look): void {
  if (script === undefined || rehearsal) return
  const anchor = script.anchor?.digest ?? ''
  for (const [at, { kind, open }] of facts.entries()) {
    if (kind !== 'received') continue
    if (open === undefined) leave(at, 'from which root the change was judged is withheld')
    else if (open.fact.anchor !== anchor)
      fail(
        at,
        `the change was judged from ${rootIn(textIn(open.fact, 'anchor'))}, and the script has ${rootIn(anchor)}`,
      )
  }
}

function rootIn(digest: string | undefined): string {
  return digest === undefined || digest === '' ? 'no root' : `the root ${digest}`
}
