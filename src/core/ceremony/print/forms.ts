// Pages that are filled in by hand: what did not go as written, breaks, the fingerprint at the end, and names in ink.

import { type Markup, markup } from '../../markup.ts'
import type { Person } from '../script.ts'

const formsAPage = 2
const breakRows = 4

function repeat(count: number, make: (at: number) => Markup): Markup[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

export function deviationSections(): Markup {
  return markup`<section><h2>Deviations</h2>
<p class="quiet">Whatever did not go as this script says, also what went better. Who agrees is somebody else than who notes it. More sheets may be added; they are numbered on.</p>
${repeat(formsAPage, () => deviationForm())}
</section>
<section><h2>Deviations</h2>
${repeat(formsAPage, () => deviationForm())}
</section>`
}

function deviationForm(): Markup {
  const initials = repeat(8, () => markup`<td style="height:12mm"></td>`)
  return markup`<div class="form"><table><tbody>
<tr><td colspan="2" style="height:11mm">Deviation number</td><td colspan="2">In step</td><td colspan="4">When (date and time)</td></tr>
<tr><td colspan="8" style="height:33mm">What happened</td></tr>
<tr><td colspan="8" style="height:27mm">What was done about it</td></tr>
<tr><td colspan="4" style="height:12mm">Noted by</td><td colspan="4">Settled by, and when</td></tr>
<tr><td colspan="8" style="border-bottom:0;padding-bottom:0">Who agreed: initials</td></tr>
<tr>${initials}</tr>
</tbody></table></div>`
}

export function breakSection(): Markup {
  return markup`<section><h2>Breaks</h2>
<p class="quiet">In a break at least two people stay with the machine, and no token does.</p>
<table class="rule steps"><colgroup><col style="width:15%"><col style="width:15%"><col style="width:30%"><col><col style="width:14%"></colgroup>
<thead><tr><th>From</th><th>To</th><th>Why</th><th>Who stayed</th><th>Initial</th></tr></thead>
<tbody>${repeat(breakRows, () => markup`<tr><td></td><td></td><td></td><td></td><td></td></tr>`)}</tbody></table>
<h2 class="gap">Media and seals</h2>
<table class="rule steps"><colgroup><col style="width:38%"><col style="width:24%"><col><col style="width:14%"></colgroup>
<thead><tr><th>What</th><th>Number of the seal</th><th>Where it goes</th><th>Initial</th></tr></thead>
<tbody>${repeat(breakRows, () => markup`<tr><td></td><td></td><td></td><td></td></tr>`)}</tbody></table>
</section>`
}

export function closingSection(): Markup {
  const rows = repeat(8, (row) => markup`<tr>${repeat(4, (column) => markup`<td>${row * 4 + column + 1}</td>`)}</tr>`)
  return markup`<section><h2>The fingerprint of the record</h2>
<p>Written by hand while it is read aloud, word by word. This paper is what the record is compared with later.</p>
<table class="hand"><tbody>${rows}</tbody></table>
<p class="ticks gap"><span><i class="tick"></i>complete</span><span><i class="tick"></i>abandoned</span><span>Deviations: ________ settled: ________</span></p>
<table class="hand"><tbody><tr><td>Written by</td><td>Read by</td><td>Date</td><td>Time</td></tr></tbody></table>
</section>`
}

export function inkSection(people: readonly Person[]): Markup {
  const rows = people.map(
    ({ name, roles }) => markup`<tr><td><b><bdi>${name}</bdi></b><br>${roles.join(', ')}</td><td></td><td></td></tr>`,
  )
  return markup`<section><h2>Signed in ink</h2>
<p>We were in the room. The ceremony went as this script says, but for the deviations that are written in it, and the words of the fingerprint are those that were read aloud.</p>
<table class="rule ink"><colgroup><col style="width:36%"><col><col style="width:24%"></colgroup>
<thead><tr><th>Name</th><th>Signature</th><th>Date and time</th></tr></thead><tbody>${rows}</tbody></table>
</section>`
}
