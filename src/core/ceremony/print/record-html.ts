// A record on paper: its fingerprint, and each line of it for people. What is withheld is shown as withheld.

import { toHex } from '../../bytes.ts'
import { type Markup, markup } from '../../markup.ts'
import { countOf, listOf } from '../../phrases.ts'
import { type CeremonyRecord, type FactLine, fingerprintOf } from '../record.ts'
import type { CeremonyScript } from '../script.ts'
import { factWords } from './fact-words.ts'
import { documentOf, factTable, hexText, wordList } from './page.ts'
import { qrSvg } from './qr-svg.ts'
import { markOfSpki, rosterTable } from './roster.ts'
import type { Paper } from './styles.ts'

export function recordHtml(
  record: CeremonyRecord,
  script: CeremonyScript | undefined,
  { paper }: { paper: Paper },
): string {
  const fingerprint = fingerprintOf(record)
  const title = script === undefined ? 'Record of a ceremony' : `Record: ${script.title}`
  return documentOf({
    title,
    paper,
    digest: fingerprint === undefined ? undefined : { name: 'fingerprint of the record in words', hex: fingerprint },
    rehearsal: record.header.rehearsal,
    sections: [
      coverSection(title, record, fingerprint),
      ...(script === undefined ? [] : [markup`<section><h2>Roster</h2>${rosterTable(script.people)}</section>`]),
      linesSection(record, script),
      signaturesSection(record),
    ],
  })
}

function coverSection(
  title: string,
  { header, facts, proofs }: CeremonyRecord,
  fingerprint: string | undefined,
): Markup {
  const withheld = facts.filter(({ open }) => open === undefined).length
  return markup`<section class="cover">
<p class="eyebrow">Record of a ceremony${header.rehearsal ? ': a rehearsal' : ''}</p>
<h1>${title}</h1>
${factTable([
  ['Run', markup`<code>${hexText(header.run)}</code>`],
  ['Begun', timeText(header.startedAt)],
  ['Written by', markup`<bdi>${header.program}</bdi>`],
  ['Script', markup`<code>${hexText(header.script)}</code>${wordList(header.script, 'words small')}`],
  ['Ceremony before', header.previous === '' ? 'none' : markup`<code>${hexText(header.previous)}</code>`],
  [
    'Lines',
    `${countOf(facts.length, 'fact')}, ${withheld === 0 ? 'all of them shown' : `${withheld} of them withheld`}; ${countOf(proofs.length, 'time stamp')}`,
  ],
])}
<h2>The fingerprint</h2>
${fingerprint === undefined ? markup`<p>This record is not closed: no number stands for all of it.</p>` : fingerprintPart(fingerprint)}
<p class="quiet">A print proves nothing by itself. Compare these words with those that were written by hand in the room, and check the file: <code>countersign ceremony verify FILE --script SCRIPT</code>.</p>
</section>`
}

function fingerprintPart(hex: string): Markup {
  return markup`<div class="side"><div>${wordList(hex, 'words')}<p class="quiet" style="margin-top:2mm"><code>${hexText(hex)}</code></p></div>${qrSvg(hex)}</div>`
}

/** Numbered as the lines of the file are: the header is line 1. */
function linesSection({ facts }: CeremonyRecord, script: CeremonyScript | undefined): Markup {
  const numbers = stepNumbers(script)
  const rows = facts.map((line, at) => lineRow(line, at + 2, numbers))
  return markup`<section><table class="rule lines">
<colgroup><col style="width:10%"><col style="width:14.5%"><col style="width:15.5%"><col style="width:13%"><col></colgroup>
<thead><tr class="act"><th colspan="5">What happened</th></tr>
<tr><th>Line</th><th>Time (UTC)</th><th>By</th><th>Step</th><th>What</th></tr></thead>
<tbody>${rows}</tbody></table></section>`
}

function stepNumbers(script: CeremonyScript | undefined): ReadonlyMap<string, string> {
  const acts = script?.acts ?? []
  return new Map(
    acts.flatMap(({ steps }, act) => steps.map(({ id }, at): [string, string] => [id, `${act + 1}.${at + 1}`])),
  )
}

function lineRow(line: FactLine, number: number, numbers: ReadonlyMap<string, string>): Markup {
  const { at, actor, step, chain, open, kind, level, leaf } = line
  const place = numbers.get(step)
  const cells = markup`<td><b>${number}</b><br><span class="chain">${chain.slice(0, 8)}</span></td><td><span>${at.slice(0, 10)}<br>${at.slice(11, 23)}</span></td><td><span><bdi>${actor}</bdi></span></td><td><span>${place === undefined ? '' : markup`<b>${place}</b> `}<bdi>${step}</bdi></span></td>`
  if (open === undefined) {
    return markup`<tr class="withheld">${cells}<td><b>Withheld</b> <span>a fact of the kind “${kind}”, for ${level}</span><br><span class="chain">leaf ${hexText(leaf)}</span></td></tr>`
  }
  const { sentence, details } = factWords(kind, open.fact)
  const below = details.map(([name, value]) => markup`<dt><bdi>${name}</bdi></dt><dd><bdi>${value}</bdi></dd>`)
  return markup`<tr>${cells}<td><bdi>${sentence}</bdi>${below.length === 0 ? '' : markup`<dl>${below}</dl>`}</td></tr>`
}

function signaturesSection({ signatures }: CeremonyRecord): Markup {
  const rows = signatures.map(
    (one) =>
      markup`<tr><td><bdi>${one.person}</bdi></td><td><span class="chain">${markOfSpki(one.key)}</span></td><td><span class="chain">${hexText(toHex(one.value))}</span></td></tr>`,
  )
  const people = [...new Set(signatures.map(({ person }) => person))]
  const who = people.length > 8 ? `${people.length} people` : listOf(people)
  return markup`<section><h2>Signatures over the fingerprint</h2>
<p>${signatures.length === 0 ? 'Nobody signed the fingerprint of this record.' : `As the record says, signed by ${who}.`} They are printed here and were not verified by printing.</p>
${signatures.length === 0 ? '' : markup`<table class="rule lines"><colgroup><col style="width:20%"><col style="width:30%"><col></colgroup><thead><tr><th>Name</th><th>Key, the first eight bytes of its sha256</th><th>Signature</th></tr></thead><tbody>${rows}</tbody></table>`}
</section>`
}

function timeText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
}
