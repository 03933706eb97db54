// Who must agree, by name: who has signed, who is missing, and which signatures do not count.
import { toHex } from '../core/bytes.ts'
import { fingerprintOf } from '../core/key.ts'
import { countOf, groupsOfFour } from '../core/phrases.ts'
import { isMet, openQuorums, type Quorum, type QuorumKey, signedCount } from '../core/proposal.ts'
import { agreeTitle, holderName, missingSentence, progressText, waysOf } from '../core/quorum-words.ts'
import { inQuotes } from '../core/visible.ts'
import { type Child, card, drawing, foreign, h } from './dom.ts'

/** `named`: whom the sender calls how, by the digest of the key; shown beside what the metadata says, never instead. */
export function quorumBoard(quorums: readonly Quorum[], named: ReadonlyMap<string, string>): HTMLElement {
  const open = new Set(openQuorums(quorums))
  return card(
    agreeTitle(quorums),
    waysOf(quorums).flatMap((ways) =>
      ways.flatMap((way, at) => [
        at === 0 ? undefined : h('p', { class: 'or small soft' }, 'or'),
        ...way.map((quorum) => part(quorum, open.has(quorum), named)),
      ]),
    ),
  )
}

function part(quorum: Quorum, isOpen: boolean, named: ReadonlyMap<string, string>): HTMLElement {
  const keys = quorum.keys.map((entry) => ({ ...entry, ...nameFacts(entry) }))
  const counted = { ...quorum, keys, signed: signedCount(quorum), met: isMet(quorum) }
  const { threshold, signed, strangers } = counted
  const bars = Array.from({ length: Math.min(threshold, 24) }, (_, at) =>
    h('i', { class: at < signed ? 'signed' : '' }),
  )
  return h(
    'div',
    { class: 'quorum' },
    h(
      'div',
      { class: 'quorum-head' },
      h('h3', {}, foreign(quorum.name)),
      h('span', { class: 'small soft' }, progressText(counted)),
    ),
    h('div', { class: 'segments', 'aria-hidden': 'true' }, bars),
    h(
      'ul',
      {},
      keys.map((entry) => holder(entry, !isOpen, named)),
    ),
    !isOpen ? undefined : h('p', { class: 'small soft' }, foreign(missingSentence(counted))),
    strangers.length === 0 ? undefined : strangerList(strangers),
  )
}

type Named = QuorumKey & { id: string; fingerprint?: string }

function nameFacts({ ids, key }: QuorumKey): { id: string; fingerprint?: string } {
  const id = ids[0] ?? ''
  return key === undefined
    ? { id }
    : {
        id,
        fingerprint: groupsOfFour(toHex(fingerprintOf(key)))
          .slice(0, 8)
          .join(' '),
      }
}

function holder(entry: Named, met: boolean, named: ReadonlyMap<string, string>): HTMLElement {
  const { signed, reason, ids, key, rehearsal } = entry
  const said = key === undefined ? undefined : named.get(toHex(fingerprintOf(key)))
  const isDifferent = said !== undefined && said !== entry.owner
  return h(
    'li',
    { class: `holder ${signed ? 'signed' : reason === undefined ? 'missing' : 'invalid'}` },
    h('div', {}, h('span', {}, foreign(holderName(entry)), rehearsal ? ' (rehearsal)' : ''), stateOf(entry, met)),
    isDifferent ? h('p', { class: 'small soft' }, `The sender calls this holder “${inQuotes(said)}”.`) : undefined,
    reason === undefined || signed ? undefined : h('p', { class: 'small soft' }, foreign(reason)),
    ids.length > 1
      ? h('p', { class: 'small soft' }, `One key under ${countOf(ids.length, 'id')}; it counts once.`)
      : undefined,
  )
}

function stateOf({ signed, reason }: Named, met: boolean): HTMLElement {
  const missing = met ? 'not needed' : 'not yet'
  const state: Child = signed
    ? [drawing('m3 8.5 3.2 3.2L13 4.8'), 'signed']
    : reason === undefined
      ? missing
      : [drawing('m4 4 8 8M12 4l-8 8'), 'does not count']
  return h('span', { class: 'state small' }, state)
}

function strangerList(strangers: Quorum['strangers']): HTMLElement {
  return h(
    'details',
    { class: 'small soft' },
    h('summary', {}, `${countOf(strangers.length, 'signature')} by nobody here, not counted`),
    h(
      'ul',
      {},
      strangers.map(({ id, reason }) =>
        h('li', {}, h('span', { class: 'mono' }, foreign(id.slice(0, 8))), ': ', foreign(reason)),
      ),
    ),
  )
}
