// What went otherwise than the script says: noted by one person, settled with the word of another.
import type { Deviation } from '../../../../core/ceremony/standing.ts'
import { ask, askName, askText, type Hall, nameIn, notUnderstood, say, withRole } from './talk.ts'

export async function note(hall: Hall): Promise<void> {
  const { script } = hall.run
  const what = await askText(hall, 'What went otherwise than the script says? Enter alone: nothing.')
  if (what === '') return
  const fix = await askText(hall, 'What was done about it?')
  const people = script.people.map(({ name }) => name)
  const who = await askName(hall, 'Who notes it?', people, withRole(script, 'witness')[0])
  await hall.run.deviate(who, what, fix)
  const number = hall.run.standing().deviations.length
  say(
    hall,
    `  ✓ deviation ${number} is noted. Somebody else than ${who} settles it: now with the word settle, or at the end.`,
  )
}

export async function settle(hall: Hall): Promise<void> {
  const open = unsettled(hall)
  const [only, other] = open
  if (only === undefined) return say(hall, 'No deviation is open.')
  if (other === undefined) return settleOne(hall, only)
  const typed = await ask(hall, ...open.flatMap(deviationLines), 'Type the number of the one that is settled.')
  const chosen = open.find(({ number }) => String(number) === typed)
  if (chosen === undefined) throw notUnderstood(typed, `type ${open.map(({ number }) => number).join(' or ')}`)
  await settleOne(hall, chosen)
}

export async function settleOne(hall: Hall, deviation: Deviation): Promise<void> {
  const { run } = hall
  const people = run.script.people.map(({ name }) => name)
  const others = people.filter((name) => name !== deviation.by)
  const first = [...withRole(run.script, 'administrator'), ...withRole(run.script, 'witness'), ...others]
  const usual = first.find((name) => name !== deviation.by)
  say(hall, ...deviationLines(deviation))
  const who = await askName(hall, `${deviation.by} noted it. Who settles it?`, others, usual)
  const agreed = await askAgreed(hall, people, who)
  await run.settle(who, deviation.number, agreed)
  say(hall, `  ✓ deviation ${deviation.number} is settled`)
}

async function askAgreed(hall: Hall, people: readonly string[], who: string): Promise<string[]> {
  for (;;) {
    const typed = await askText(hall, `Who agrees that it is settled? Names with commas, or all. Enter: ${who} alone.`)
    if (typed === '') return [who]
    if (typed.toLowerCase() === 'all') return [...people]
    const names = typed.split(',').map((one) => nameIn(people, one))
    const known = names.filter((one) => one !== undefined)
    if (known.length === names.length) return [...new Set(known)]
    say(hall, `In the script are: ${people.join(', ')}.`)
  }
}

export function unsettled({ run }: Hall): readonly Deviation[] {
  return run.standing().deviations.filter(({ settledBy }) => settledBy === undefined)
}

export function deviationLines({ number, by, what, fix, settledBy }: Deviation): string[] {
  const done = fix === '' ? '' : `; done about it: ${fix}`
  return [
    `  Deviation ${number}, noted by ${by}: ${what}${done}${settledBy === undefined ? '' : ` (settled by ${settledBy})`}`,
  ]
}
