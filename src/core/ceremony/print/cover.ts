// The first page of a script: what it is, what it begins from, who takes part, and what makes it stop.

import { type Markup, markup, nothing } from '../../markup.ts'
import { utcOf } from '../../phrases.ts'
import type { CeremonyScript, ScriptRules } from '../script.ts'
import { factTable, hexText, wordList } from './page.ts'
import { qrSvg } from './qr-svg.ts'
import { rosterTable } from './roster.ts'

export function coverSection(script: CeremonyScript, hash: string): Markup {
  const { title, purpose, repository, subject, preparedAt, people, rules } = script
  return markup`<section class="cover">
<p class="eyebrow">Script of a ceremony</p>
<h1>${title}</h1>
<p>${purpose}</p>
${factTable([
  ['Repository', markup`<bdi>${repository}</bdi>`],
  ['What is signed', markup`<bdi>${subject}</bdi>`],
  ['Prepared', utcOf(preparedAt) ?? preparedAt],
  ...anchorRows(script),
  ['Rules', markup`${ruleSentences(rules).map((one) => markup`${one}<br>`)}`],
])}
<h2>This script, in words</h2>
<div class="side"><div>${wordList(hash, 'words')}<p class="quiet" style="margin-top:2mm"><code>${hexText(hash)}</code></p></div>${qrSvg(hash)}</div>
<p class="quiet">These words stand on every page. They are the sha256 of the script as it was published before the day; the code holds the same number as hex digits. A page with other words is of another script.</p>
</section>
<section>${beginnings(script)}
<h2>Roster</h2>
${rosterTable(people)}
</section>`
}

function anchorRows({ anchor, previous }: CeremonyScript): (readonly [string, Markup])[] {
  const before =
    anchor === null
      ? markup`none: this is the first root`
      : markup`<bdi>${anchor.title}</bdi><br><code>${hexText(anchor.digest)}</code>`
  const last =
    previous === '' ? markup`none` : markup`its record has the fingerprint<br><code>${hexText(previous)}</code>`
  return [
    ['Root in force', before],
    ['Ceremony before', last],
  ]
}

/** In words, to be compared with other paper. */
function beginnings({ anchor, previous }: CeremonyScript): Markup {
  const parts = [
    ...(anchor === null ? [] : [markup`<div><h2>Root in force</h2>${wordList(anchor.digest, 'words small')}</div>`]),
    ...(previous === '' ? [] : [markup`<div><h2>Ceremony before</h2>${wordList(previous, 'words small')}</div>`]),
  ]
  return parts.length === 0 ? nothing : markup`<div class="pair">${parts}</div>`
}

function ruleSentences({ devices, offline, sandbox, clockSeconds }: ScriptRules): string[] {
  return [
    `Nobody signs before the change was compared on ${devices} different devices.`,
    offline ? 'Nothing is signed while a network is up.' : 'A network may be up.',
    sandbox ? 'The window runs in its sandbox.' : 'The window may run without its sandbox.',
    `The clock of the machine differs from a watch by at most ${clockSeconds} seconds.`,
  ]
}
