// What the machine finds out about itself: measured with somebody's watch, shown, and mended or waived where it is not right.
import type { Step } from '../../../../core/ceremony/script.ts'
import type { Gate } from '../../../../core/ceremony/standing.ts'
import { finish } from './finish.ts'
import { after, ask, askName, askText, type Hall, nameIn, notUnderstood, say, withRole } from './talk.ts'

export async function gates(hall: Hall, step: Step): Promise<void> {
  const { run } = hall
  const { hasBegun } = run.standing()
  const wasMeasured = hasBegun && run.record().facts.some((one) => one.kind === 'gate' && one.step === step.id)
  if (!wasMeasured) return measureNow(hall)
  const typed = await finish(hall, step, 'Or: again, to measure once more.')
  if (typed === undefined) return
  if (typed.toLowerCase() !== 'again') throw notUnderstood(typed, 'press Enter, or type again')
  await measureNow(hall)
}

export function failedGates({ run }: Hall): readonly Gate[] {
  return run.standing().gates.filter(({ outcome }) => outcome === 'failed')
}

/** Nothing goes on before this is settled, at whatever step it is found. */
export async function mend(hall: Hall): Promise<void> {
  const failed = failedGates(hall)
  // A root that was overtaken is not gone on with, whoever has a reason.
  const names = failed.map(({ name }) => name).filter((name) => name !== 'anchor')
  say(hall, 'Not as it must be:', ...failed.map(({ name, found }) => `  ! ${name}: ${found}`))
  const typed = await ask(
    hall,
    'Mend it. Enter: measure again.',
    names.length === 0
      ? 'A root that was overtaken is not waived: type end, and make a new script.'
      : `Or go on without: waive ${names.join(', waive ')}. That notes a deviation.`,
  )
  if (typed === '' || typed.toLowerCase() === 'again') return measureNow(hall)
  const name = nameIn(names, after('waive', typed) ?? '')
  if (name === undefined) throw notUnderstood(typed, `press Enter, or type waive ${names[0] ?? ''}`)
  const why = await askText(hall, `Why does it go on all the same? Enter alone: it does not.`)
  if (why === '') return
  const { script } = hall.run
  const people = script.people.map((one) => one.name)
  const who = await askName(hall, 'Who says so?', people, withRole(script, 'administrator')[0])
  await hall.run.waive(who, name, why)
}

async function measureNow(hall: Hall): Promise<void> {
  const { run } = hall
  const watch = await ask(
    hall,
    'Type what a watch shows, such as 14:03:30, and press Enter at that second.',
    'Enter alone: nobody has a watch. Then the clock has to be waived.',
  )
  const [who = ''] = withRole(run.script, 'administrator')
  await run.measure(who, watch === '' ? undefined : watch)
  say(hall, ...run.standing().gates.map(gateLine))
}

const marks = { passed: '✓', failed: '!', waived: '·' } as const

function gateLine({ name, outcome, found }: Gate): string {
  return `  ${marks[outcome]} ${name}: ${found}${outcome === 'waived' ? ' (waived)' : ''}`
}
