// One HTML document that asks nobody for anything: on every page its words at the foot, and what it is of.
import { parseHex } from '../../bytes.ts'
import { Markup, markup, nothing } from '../../markup.ts'
import { groupsOfFour } from '../../phrases.ts'
import { toWords } from '../../words.ts'
import { type Paper, styles } from './styles.ts'

export interface Page {
  title: string
  paper: Paper
  /** At the foot of each page; undefined where there is no number that stands for all of it. */
  digest: { name: string; hex: string } | undefined
  /** Said across each page, behind the text. */
  rehearsal: boolean
  sections: readonly Markup[]
}

/** No script, and nothing that is fetched, whatever stands in the texts; a drawing that is in the document itself is. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

export function documentOf({ title, paper, digest, rehearsal, sections }: Page): string {
  const style = new Markup(`<style>${styles(paper)}</style>`)
  // The footer lies over each page; the foot of the table, which is repeated too, keeps its room free.
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${style}
</head>
<body>
<table class="frame"><tfoot><tr><td></td></tr></tfoot><tbody><tr><td>
${sections}
</td></tr></tbody></table>
${rehearsal ? watermark() : nothing}
<footer class="foot">
<div class="title"><b>${title}</b><span>${digest === undefined ? 'no fingerprint: this record is not closed' : digest.name}</span></div>
${digest === undefined ? nothing : wordList(digest.hex, '')}
</footer>
</body>
</html>
`.html
}

/** As a background: Chromium repeats that on each page, turned as it is; of a drawing in the page only the first one is turned. */
const rehearsalDrawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 178 225"><text x="89" y="112" font-family="Arial,Helvetica,sans-serif" font-weight="bold" font-size="39" fill="none" stroke="#b0b0b0" stroke-width=".6" text-anchor="middle" dominant-baseline="middle" transform="rotate(-52 89 112)">REHEARSAL</text></svg>'

function watermark(): Markup {
  const address = `data:image/svg+xml,${encodeURIComponent(rehearsalDrawing)}`
  return new Markup(
    `<div class="mark" role="img" aria-label="Rehearsal" style="background-image:url('${address}')"></div>`,
  )
}

export function wordList(hex: string, kind: 'words' | 'words small' | ''): Markup {
  const items = toWords(parseHex(hex, 'the digest')).map((word, at) => markup`<li><i>${at + 1}</i>${word}</li>`)
  return markup`<ol class="${kind}">${items}</ol>`
}

export function hexText(hex: string): string {
  return groupsOfFour(hex).join(' ')
}

/** A table of what is known, a name before each. */
export function factTable(rows: readonly (readonly [name: string, value: Markup | string])[]): Markup {
  const cells = rows.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
  return markup`<table class="facts"><tbody>${cells}</tbody></table>`
}
