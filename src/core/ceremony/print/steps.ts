// The steps, one table an act: who, what is done, what is then seen, and room for a hand.

import { type Markup, markup, nothing } from '../../markup.ts'
import { capital } from '../../phrases.ts'
import type { Act, CeremonyScript, Step, StepKind } from '../script.ts'
import { peopleFor } from '../script-rules.ts'

/** What each of several people does for themselves, and initials for themselves. */
const forEach: readonly StepKind[] = ['roll-call', 'agree', 'sign']
const mostNames = 4

export function stepsSection(script: CeremonyScript): Markup {
  const acts = script.acts.map((act, at) => actTable(script, act, at))
  return markup`<section>${acts}</section>`
}

function actTable(script: CeremonyScript, { title, steps }: Act, at: number): Markup {
  const rows = steps.flatMap((step, index) => stepRows(script, step, `${at + 1}.${index + 1}`))
  return markup`<table class="rule steps ${at === 0 ? '' : 'gap'}">
<colgroup><col style="width:7%"><col style="width:18%"><col style="width:30%"><col style="width:25%"><col style="width:10%"><col style="width:10%"></colgroup>
<thead><tr class="act"><th colspan="6">${at + 1}&ensp;<bdi>${title}</bdi></th></tr>
<tr><th>Step</th><th>Who</th><th>What is done</th><th>What is then seen</th><th>Initial</th><th>Time</th></tr></thead>
<tbody>${rows}<tr class="notes"><td colspan="6">Notes</td></tr></tbody></table>`
}

function stepRows(script: CeremonyScript, { kind, who, text, expect }: Step, number: string): Markup[] {
  const people = peopleFor(script, who)
  const each = forEach.includes(kind) && people.length > 1 ? people : []
  const first = markup`<tr><td><b>${number}</b></td><td class="who">${whoCell(
    who,
    people.map(({ name }) => name),
    each.length > 0,
  )}</td><td><bdi>${text}</bdi></td><td><bdi>${expect}</bdi></td><td></td><td></td></tr>`
  return [
    first,
    ...each.map(
      ({ name }) =>
        markup`<tr class="each"><td>${number}</td><td colspan="3" class="to"><bdi>${name}</bdi></td><td></td><td></td></tr>`,
    ),
  ]
}

/** A role with those who have it; somebody who is named stands for themselves. */
function whoCell(who: string, names: readonly string[], isBelow: boolean): Markup {
  if (names.length === 1 && names[0] === who) return markup`<b><bdi>${who}</bdi></b>`
  const shown =
    names.length > mostNames ? [...names.slice(0, mostNames - 1), `and ${names.length - mostNames + 1} more`] : names
  const list = isBelow ? nothing : markup`${shown.map((name) => markup`<bdi>${name}</bdi><br>`)}`
  return markup`<b>${capital(who)}</b>${isBelow ? markup`each for themselves` : list}`
}
