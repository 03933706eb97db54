// What clients will see, in words: before and after a change, counted. Pure.
import type { Effect, Effects, Sight } from '../../../core/systems/tuf/effect.ts'
import { capital, countOf, listOf, sentenceOf, sizeText } from '../../format.ts'

export function sightText(sight: Sight): string {
  if (sight.kind === 'absent') return 'Clients find nothing'
  if (sight.kind === 'refused') return `Clients stop with an error. ${sentenceOf(sight.error.message)}`
  return `Clients get ${sizeText(sight.length)} from ${sight.role}`
}

/** The digest that a client checks the content with. */
export function hashOfSight(sight: Sight): string | undefined {
  return sight.kind === 'found' ? (sight.hashes.sha256 ?? Object.values(sight.hashes)[0]) : undefined
}

export type EffectKind = 'appears' | 'disappears' | 'content' | 'elsewhere' | 'stops' | 'recovers' | 'same'

export function effectKind({ before, after }: Effect): EffectKind {
  if (after.kind === 'refused') return before.kind === 'refused' ? 'same' : 'stops'
  if (before.kind === 'refused') return 'recovers'
  if (after.kind === 'absent') return before.kind === 'absent' ? 'same' : 'disappears'
  if (before.kind === 'absent') return 'appears'
  if (before.length !== after.length || hashOfSight(before) !== hashOfSight(after)) return 'content'
  return before.role === after.role ? 'same' : 'elsewhere'
}

const kindWords: Readonly<Record<Exclude<EffectKind, 'same'>, readonly [string, string]>> = {
  stops: ['makes clients stop with an error', 'make clients stop with an error'],
  disappears: ['is no longer found', 'are no longer found'],
  content: ['has another content', 'have another content'],
  appears: ['is new', 'are new'],
  elsewhere: ['comes from another role', 'come from another role'],
  recovers: ['can be fetched again', 'can be fetched again'],
}

/** "Clients see three artifacts differently: two are new and one is no longer found." */
export function effectsSentence({ asked, tried, changed, shown }: Effects): string {
  if (asked === 0) return 'No artifact is touched. Clients find what they find today.'
  if (tried < asked) {
    const some = `Only ${tried} of ${countOf(asked, 'artifact')} were tried.`
    if (changed === 0) return `${some} None of these changes; of the others nothing is known.`
    return `${differenceSentence(changed, shown)} ${some} Of the others nothing is known.`
  }
  const all = countOf(asked, 'artifact')
  if (changed === 0) return `${capital(all)} ${asked === 1 ? 'was' : 'were'} tried. Clients see no difference.`
  return differenceSentence(changed, shown)
}

function differenceSentence(changed: number, shown: readonly Effect[]): string {
  const parts: string[] = []
  for (const [kind, [one, many]] of Object.entries(kindWords)) {
    const count = shown.filter((effect) => effectKind(effect) === kind).length
    if (count > 0) parts.push(`${countOf(count, '', '').trim()} ${count === 1 ? one : many}`)
  }
  const differently = `Clients see ${countOf(changed, 'artifact')} differently`
  const counted = shown.filter((effect) => effectKind(effect) !== 'same').length
  const of = counted < changed ? ` Of the ${counted} below, ` : ': '
  return parts.length === 0 ? `${differently}.` : `${differently}${counted < changed ? '.' : ''}${of}${listOf(parts)}.`
}

/** How much an effect matters to those who use the artifacts. */
export function effectTone(effect: Effect): 'bad' | 'warn' | 'ok' | 'plain' {
  const kind = effectKind(effect)
  if (kind === 'stops') return 'bad'
  if (kind === 'disappears' || kind === 'content') return 'warn'
  return kind === 'appears' || kind === 'recovers' ? 'ok' : 'plain'
}
