// The end: deviations are settled, the record is closed, its fingerprint is written down by hand, and every token signs it.

import { type Level, levels } from '../../../../core/ceremony/facts.ts'
import type { Step } from '../../../../core/ceremony/script.ts'
import { wordLines } from '../../../show.ts'
import { pathOf } from './arriving.ts'
import { deviationLines, settleOne, unsettled } from './deviations.ts'
import { doers } from './finish.ts'
import { after, ask, askName, type Hall, holdersIn, nameIn, notUnderstood, passedOver, say } from './talk.ts'
import { plugWords, practiceWords, tokenOf } from './tokens.ts'

export async function closing(hall: Hall, step: Step): Promise<void> {
  const { run } = hall
  const [open] = unsettled(hall)
  if (open !== undefined) return settleOne(hall, open)
  const { deviations } = run.standing()
  const read =
    deviations.length === 0 ? ['No deviation was noted.'] : ['Read aloud:', ...deviations.flatMap(deviationLines)]
  const typed = await ask(
    hall,
    ...read,
    'After this nothing can be added to the record. Type close. Or: deviation, when one is missing.',
  )
  if (typed.toLowerCase() !== 'close') throw notUnderstood(typed, 'type close; Enter alone closes nothing')
  await run.close(await askName(hall, 'Who closes it?', doers(hall, step)))
}

/** True when nothing is left to do. */
export async function afterwards(hall: Hall): Promise<boolean> {
  const { run } = hall
  const { witnessed, present } = run.standing()
  const passed = passedOver(hall, closed)
  const isHere = (name: string): boolean => present.some(({ person }) => person === name)
  const next = holdersIn(run.script).find((name) => isHere(name) && !witnessed.includes(name) && !passed.has(name))
  if (!passed.has(closed)) showFingerprint(hall)
  passed.add(closed)
  if (next !== undefined) await witness(hall, next, passed)
  else return saving(hall)
  return false
}

const closed = 'closed'

function showFingerprint(hall: Hall): void {
  const { run } = hall
  const fingerprint = run.fingerprint() ?? ''
  say(
    hall,
    '',
    `The ceremony is over${run.standing().outcome === 'abandoned' ? ': it was ended before its last step' : ''}. This is the fingerprint of its record:`,
    '',
  )
  for (const line of wordLines(fingerprint)) hall.io.note(line)
  say(
    hall,
    '',
    `  ${fingerprint}`,
    '',
    'Read the words aloud. Everybody writes them down by hand, and keeps the paper.',
  )
}

async function witness(hall: Hall, who: string, passed: Set<string>): Promise<void> {
  const { run } = hall
  const typed = await ask(
    hall,
    `${plugWords(hall, who)} It signs the fingerprint.`,
    ...(run.rehearsal ? [practiceWords] : []),
    `Enter: ${who} signs it. Or: skip, when ${who} has gone.`,
  )
  if (typed.toLowerCase() === 'skip') return void passed.add(who)
  if (typed !== '') throw notUnderstood(typed, 'press Enter, or type skip')
  await sign(hall, who)
}

async function sign(hall: Hall, who: string): Promise<void> {
  await hall.run.signFingerprint(who, await tokenOf(hall, who), hall.io.signal)
  say(hall, `  ✓ the token of ${who} has signed the fingerprint`)
}

async function saving(hall: Hall): Promise<boolean> {
  const { run } = hall
  const left = holdersIn(run.script).filter((name) => !run.standing().witnessed.includes(name))
  const more = left.length === 0 ? [] : [`Or: sign NAME, when ${left.join(' or ')} signs the fingerprint, too.`]
  const typed = await ask(
    hall,
    'To keep a copy of the record, type a folder, such as /media/stick. Enter: end here.',
    ...more,
  )
  if (typed === '') return true
  const named = after('sign', typed)
  if (named === undefined) {
    await save(hall, pathOf(typed))
    return false
  }
  const who = nameIn(left, named)
  if (who === undefined) throw notUnderstood(typed, `type sign and one of ${left.join(', ')}`)
  await sign(hall, who)
  return false
}

async function save(hall: Hall, folder: string): Promise<void> {
  const typed = await ask(
    hall,
    'For whom? internal: everything. auditor: all but what is for us alone. public: no serial numbers, no machine facts.',
    'All have one fingerprint. Enter: all three.',
  )
  const level = levels.find((one) => one === typed.toLowerCase())
  if (typed !== '' && level === undefined) throw notUnderstood(typed, 'type internal, auditor or public')
  const wanted: readonly Level[] = level === undefined ? levels : [level]
  for (const one of wanted) say(hall, `  ✓ ${await hall.run.save(folder, one)}`)
}
