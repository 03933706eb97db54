// How a page looks: black on white, system fonts, boxes that a pen fits into. Only our own words stand in here.
export const papers = ['a4', 'letter'] as const
export type Paper = (typeof papers)[number]

const sizes: Readonly<Record<Paper, string>> = { a4: 'A4', letter: 'Letter' }

const sans = 'Arial, "Liberation Sans", Helvetica, "Nimbus Sans", "Segoe UI", sans-serif'
const mono = '"Liberation Mono", "DejaVu Sans Mono", Consolas, Menlo, monospace'

/** The left margin is for the holes of a folder. The words stand in the page itself: not every browser prints into margins. */
export function styles(paper: Paper): string {
  return `
@page {
  size: ${sizes[paper]} portrait;
  margin: 12mm 13mm 13mm 20mm;
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt ${sans}; vertical-align: top; padding-top: 1.5mm }
}
* { box-sizing: border-box }
html { font: 10pt/1.35 ${sans}; color: #000; background: #fff }
body { margin: 0; -webkit-print-color-adjust: exact; print-color-adjust: exact }
@media screen { body { max-width: 190mm; margin: 8mm auto 0; padding: 0 8mm } .foot { background: #fff } }
h1 { font-size: 21pt; line-height: 1.15; margin: 0 0 3mm; overflow-wrap: anywhere }
h2 { font-size: 13pt; line-height: 1.2; margin: 0 0 2mm; break-after: avoid }
p { margin: 0 0 2.5mm; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
td, th { text-align: left; vertical-align: top; font-weight: normal; overflow-wrap: anywhere; padding: 1.4mm 1.8mm }
tr { break-inside: avoid }
section { break-before: page }
section.cover { break-before: auto }
code { font: 8pt/1.4 ${mono} }
bdi { unicode-bidi: isolate }
.quiet { font-size: 8.5pt }
.eyebrow { font-size: 9pt; letter-spacing: .06em; text-transform: uppercase; margin: 0 0 1.5mm }

.frame > tfoot > tr > td { height: 23mm; padding: 0 }
.frame > tbody > tr > td { padding: 0 .6pt }
.frame, .frame > tbody > tr { break-inside: auto }
.foot { position: fixed; bottom: 0; left: 0; right: 0; height: 20mm; border-top: 0.8pt solid #000; padding-top: 1mm; font-size: 7.5pt; line-height: 1.2 }
@media screen { .foot { position: static; height: auto; margin-top: 8mm } }
.foot .title { display: flex; gap: 4mm; margin-bottom: .8mm }
.foot .title b { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto }
.foot .title span { white-space: nowrap; flex: none }
.foot ol { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(8, 1fr) }
.foot li { white-space: nowrap }
.foot li i { font-style: normal; display: inline-block; width: 3.4mm; margin-right: 1.2mm; text-align: right; color: #444 }
.mark { position: fixed; bottom: 22mm; left: 0; right: 0; height: 225mm; z-index: -1; background: center/contain no-repeat }

.facts { margin-bottom: 5mm }
.facts th { width: 34mm; padding-left: 0; font-weight: bold }
.facts td, .facts th { padding-top: 1mm; padding-bottom: 1mm }
.side { display: flex; gap: 6mm; align-items: flex-start; margin-bottom: 4mm; break-inside: avoid }
.side .qr { width: 36mm; flex: none; margin: -3mm -3mm 0 0 }
.side > div { flex: 1; min-width: 0 }
.words { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(4, 1fr); column-gap: 2mm; font-size: 11pt; line-height: 1.5 }
.words.small { font-size: 9pt; line-height: 1.4 }
.words i { font-style: normal; font-size: 8pt; display: inline-block; width: 5.5mm; color: #444 }
.roster p { margin: 0 }
.roster p + p { margin-top: 2mm }
.pair { display: grid; grid-template-columns: 1fr 1fr; column-gap: 8mm; margin-bottom: 7mm }
.pair .words { grid-template-columns: repeat(3, 1fr) }
.rule > tbody > tr > td, .rule > thead > tr > th { border: .5pt solid #000 }
.rule > thead > tr > th { font-size: 8.5pt; font-weight: bold; border-bottom-width: 1pt; padding: 1mm 1.8mm }
.rule > thead > tr.act > th { border: 0; border-bottom: 1pt solid #000; font-size: 13pt; padding: 0 0 1.5mm }
.gap { margin-top: 7mm }

.steps td { height: 15mm }
.steps .each td { height: 11mm; vertical-align: middle }
.steps .each .to { text-align: right }
.steps .who { font-size: 9pt; padding-right: .8mm }
.steps .each, .steps .notes { break-before: avoid }
.steps .notes td { height: 17mm; font-size: 8.5pt }
.steps b { display: block }
.box { height: 12mm }
.form { border: 1pt solid #000; margin-bottom: 6mm; break-inside: avoid }
.form > table td { border: .5pt solid #000; font-size: 8.5pt }
.form > table { border-style: hidden }
.tick { display: inline-block; width: 4mm; height: 4mm; border: .8pt solid #000; vertical-align: -0.7mm; margin: 0 1.5mm 0 0 }
.ticks span { margin-right: 9mm; white-space: nowrap }
.hand td { border: .8pt solid #000; height: 13mm; font-size: 8.5pt; padding: .8mm 1.4mm }
.ink td { height: 18mm }
.lines td { font-size: 8.5pt; line-height: 1.3; padding: 1mm 1.4mm }
.lines .withheld { background: repeating-linear-gradient(-45deg, #fff 0 1.6mm, #d9d9d9 1.6mm 1.9mm) }
.lines .withheld td > span, .lines .withheld td > b { background: #fff; padding: 0 .6mm }
.lines dl { margin: .6mm 0 0; display: grid; grid-template-columns: max-content 1fr; column-gap: 2mm }
.lines dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
.lines dd, .lines .chain { font: 7.5pt/1.3 ${mono} }
`
}
