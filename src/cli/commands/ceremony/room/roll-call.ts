// The roll call: person by person a token is plugged in and looked at, without a PIN.
import { toBase64 } from '../../../../core/bytes.ts'
import type { Step } from '../../../../core/ceremony/script.ts'
import type { Presence } from '../../../../core/ceremony/standing.ts'
import { proofWords, serialWords } from '../../../../core/token-words.ts'
import { finish } from './finish.ts'
import { after, ask, type Hall, holdersIn, nameIn, notUnderstood, passedOver, say } from './talk.ts'
import { plugWords, tokenOf } from './tokens.ts'

export async function rollCall(hall: Hall, step: Step): Promise<void> {
  const { run } = hall
  const holders = holdersIn(run.script)
  const absent = passedOver(hall, step.id)
  const isThere = (name: string): boolean => run.standing().present.some(({ person }) => person === name)
  const next = holders.find((name) => !isThere(name) && !absent.has(name))
  if (next !== undefined) return call(hall, next, absent)
  const away = holders.filter((name) => !isThere(name))
  const here = run.standing().present
  say(
    hall,
    ...(here.length === 0 ? [] : ['', 'Tokens that are here:']),
    ...here.map((one) => `  ✓ ${presenceWords(one)}`),
  )
  if (away.length > 0) say(hall, `Not here: ${away.join(', ')}. Note that as a deviation, unless the script says so.`)
  const typed = await finish(hall, step, 'Or: call NAME, to look at a token of that person, also at a second one.')
  if (typed === undefined) return
  const who = nameIn(holders, after('call', typed) ?? '')
  if (who === undefined) throw notUnderstood(typed, `press Enter, or type call ${holders[0] ?? ''}`)
  await call(hall, who, absent)
}

async function call(hall: Hall, who: string, absent: Set<string>): Promise<void> {
  const { run, io } = hall
  const typed = await ask(hall, plugWords(hall, who), 'Enter: look at it.', `Or: skip, when ${who} is not here.`)
  if (typed.toLowerCase() === 'skip') return void absent.add(who)
  if (typed !== '') throw notUnderstood(typed, 'press Enter, or type skip')
  await run.present(who, await tokenOf(hall, who), io.signal)
  const seen = run.standing().present.findLast(({ person }) => person === who)
  if (seen !== undefined) say(hall, `  ✓ ${presenceWords(seen)}`, ...otherNumber(hall, seen))
}

/** The key is the one in the script, or the run had refused it; a number on its case can still be another one. */
function otherNumber({ run }: Hall, { person, key, serial }: Presence): string[] {
  const keys = run.script.people.find(({ name }) => name === person)?.keys ?? []
  const known = keys.find((one) => toBase64(one.key.spki) === key)?.serial ?? ''
  if (known === '' || serial === '' || known === serial) return []
  return [`  ! The script says ${numberWords(known)} for this key. Find out why, and note a deviation.`]
}

function presenceWords({ person, serial, attestation }: Presence): string {
  return `${person}: ${numberWords(serial)}; ${proofWords(attestation)}`
}

function numberWords(serial: string): string {
  return serial === '' ? 'no serial number' : `serial number ${serialWords(serial)}`
}
