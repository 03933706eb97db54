// Who takes part, in which role, with which keys: each key by the start of its sha256, in digits and in words.
import { toHex } from '../../bytes.ts'
import { fingerprintOf, keyLabel, parsePublicKey } from '../../key.ts'
import { type Markup, markup } from '../../markup.ts'
import { proofWords } from '../../token-words.ts'
import { toWords } from '../../words.ts'
import type { Person, RosterKey } from '../script.ts'
import { hexText } from './page.ts'

const readBytes = 8

/** "Ed25519, 0a1b 2c3d ..." and the words in which a key is read aloud. */
function keyMarks({ key }: Pick<RosterKey, 'key'>): { digits: string; words: string } {
  const print = fingerprintOf(key).subarray(0, readBytes)
  return { digits: `${keyLabel(key)} ${hexText(toHex(print))}`, words: toWords(print).join(' ') }
}

/** As in the roster; a record may name what is no key: then it stands there as it is. */
export function markOfSpki(spki: Uint8Array): string {
  try {
    return keyMarks({ key: parsePublicKey(spki) }).digits
  } catch {
    return `no key that is known here: ${toHex(spki).slice(0, 64)}`
  }
}

export function rosterTable(people: readonly Person[]): Markup {
  const rows = people.map(({ name, roles, keys }) => {
    const held = keys.map(({ key, label, serial, attested }) => {
      const { digits, words } = keyMarks({ key })
      const number = serial === '' ? '' : `, serial ${serial}`
      const made = proofWords(attested ? 'verified' : 'none')
      return markup`<p><bdi>${label}</bdi><bdi>${number}</bdi>; ${made}<br><code>${digits}</code><br>${words}</p>`
    })
    return markup`<tr><td><b><bdi>${name}</bdi></b></td><td>${roles.join(', ')}</td><td>${held.length === 0 ? 'no key' : held}</td></tr>`
  })
  return markup`<table class="rule roster"><colgroup><col style="width:23%"><col style="width:19%"><col></colgroup>
<thead><tr><th>Name</th><th>Role</th><th>Keys: the first eight bytes of the sha256 of each, in digits and in words</th></tr></thead>
<tbody>${rows}</tbody></table>`
}
