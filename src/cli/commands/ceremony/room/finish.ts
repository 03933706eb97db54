// The end of a step: Enter, or the name of who says that it is done.
import type { Step } from '../../../../core/ceremony/script.ts'
import { peopleFor } from '../../../../core/ceremony/script-rules.ts'
import { inQuotes } from '../../../../core/visible.ts'
import { ask, askText, type Hall, nameIn } from './talk.ts'

/** Who may say that a step is done; those who are there come first. */
export function doers({ run }: Hall, step: Step): string[] {
  const { present } = run.standing()
  const names = peopleFor(run.script, step.who).map(({ name }) => name)
  const isThere = (name: string): boolean => present.some(({ person }) => person === name)
  return [...names.filter(isThere), ...names.filter((name) => !isThere(name))]
}

/** Answers what was typed when that is no name: then the step is not done yet. */
export async function finish(hall: Hall, step: Step, ...others: readonly string[]): Promise<string | undefined> {
  const { run, io } = hall
  const names = doers(hall, step)
  const [usual = '', ...more] = names
  const whose = more.length === 0 ? '' : `, says ${usual}. Or the name of who says it: ${more.join(', ')}`
  const typed = await ask(hall, `Enter: done${whose}.`, ...others)
  const who = typed === '' ? usual : nameIn(names, typed)
  if (who === undefined) return typed
  await run.done(who, '', io.signal)
  return undefined
}

/** Nothing is done but said; what somebody adds stands in the record. */
export async function saying(hall: Hall, step: Step): Promise<void> {
  const { run, io } = hall
  const { received, signed, exported } = run.standing()
  const typed = await finish(
    hall,
    step,
    'Or type a note that is to stand in the record.',
    ...(received === undefined ? ['Or: words, to see the words of the script.'] : []),
    ...(received !== undefined && signed.length === 0 ? ['Or: change, to see the change with all that it does.'] : []),
    ...(exported.length > 0 ? ['Or: deviation, to note one; settle, to settle one.'] : []),
  )
  if (typed === undefined) return
  const [usual = ''] = doers(hall, step)
  const sure = await askText(
    hall,
    `This will stand in the record, as said by ${usual}: “${inQuotes(typed)}”`,
    'Enter: yes, and the step is done. Or: no.',
  )
  if (sure === '' || /^y(es)?$/i.test(sure)) await run.done(usual, typed, io.signal)
}
