// The picture as a file of its own: nothing runs in it, nothing is loaded, and it is drawn by day or by night as its reader has it.
// The same layout is the same bytes.
import { Markup, markup } from '../../../markup.ts'
import { n } from './paths.ts'
import type { Edge, Layout, Mark, NodeBox } from './types.ts'

/** As in tokens.css. */
const day = `--paper:#f6f5f2;--panel:#fffefb;--ink:#1d2126;--soft:#545c66;--line:#dedbd3;--edge:#84878c;--accent:#1f5d57;--accent-ink:#fff;--accent-wash:#e2eeec;--ok:#236b40;--warn:#855400;--warn-wash:#fbf0d9;--bad:#a8322a;--bad-wash:#fbe6e3;--bad-ink:#fff`
const night = `--paper:#14171a;--panel:#1b1f23;--ink:#e9e7e1;--soft:#a9b1b9;--line:#30363c;--edge:#6f7880;--accent:#6fc0b4;--accent-ink:#0e1513;--accent-wash:#1a2f2d;--ok:#76c893;--warn:#e3b15a;--warn-wash:#332a17;--bad:#f08d82;--bad-wash:#3a1f1c;--bad-ink:#1d0d0b`

const style = `
.mg{${day};color-scheme:light dark;font-family:"Inter Variable",Inter,"Segoe UI",system-ui,sans-serif;font-size:13px;font-variant-numeric:tabular-nums}
@media(prefers-color-scheme:dark){.mg{${night}}}
.mg .paper{fill:var(--paper)}
.mg text{fill:var(--ink);dominant-baseline:central;white-space:pre}
.mg .head{font-size:17px;font-weight:600}
.mg .strong{font-weight:600}
.mg .soft{fill:var(--soft);font-size:12px}
.mg .ok{fill:var(--ok)}
.mg .bad{fill:var(--bad)}
.mg .mid{text-anchor:middle}
.mg .rule{stroke:var(--line)}
.mg path{fill:none;stroke:var(--edge);stroke-width:1.25}
.mg .skip{stroke-width:1;opacity:.55}
.mg .gap{stroke-dasharray:2 4}
.mg .names{stroke:var(--accent)}
.mg .held{stroke:var(--warn);stroke-dasharray:4 3}
.mg .way{stroke:var(--accent);stroke-width:2.5;opacity:1}
.mg .box{fill:var(--panel);stroke:var(--edge)}
.mg .on{stroke:var(--accent);stroke-width:2}
.mg .in-force .box{fill:var(--accent);stroke:var(--accent)}
.mg .in-force text{fill:var(--accent-ink);font-weight:600}
.mg .held-by .box{fill:var(--warn-wash);stroke:var(--warn);stroke-width:2}
.mg .proof .box{fill:var(--bad);stroke:var(--bad)}
.mg .proof text{fill:var(--bad-ink);font-weight:600}
.mg .gap-mark{fill:var(--paper)}
.mg .problem-mark{fill:var(--bad-wash);stroke:var(--bad);stroke-dasharray:3 2}
`

export function svgOf(layout: Layout): string {
  const { width, height, title, description, caption, labels, rules, nodes, marks, edges, legend } = layout
  const parts = [
    ...rules.map(({ y }) => markup`<line class="rule" x1="24" x2="${n(width - 24)}" y1="${n(y)}" y2="${n(y)}"/>`),
    markup`<text class="head" x="${n(caption.x)}" y="30">${title}</text>`,
    ...caption.lines.map(
      (line, i) =>
        markup`<text class="${caption.tone}" x="${n(caption.x)}" y="${n(caption.y + i * caption.lineHeight - 8)}">${line}</text>`,
    ),
    ...labels.map(
      ({ x, y, text, note, problem }) =>
        markup`<text class="strong" x="${n(x)}" y="${n(y - 8)}">${text}</text><text class="soft${problem ? ' bad' : ''}" x="${n(x)}" y="${n(y + 9)}">${note}</text>`,
    ),
    ...edges.map(edgePart),
    ...marks.map(markPart),
    ...nodes.map(nodePart),
    ...legend.map(legendPart),
  ]
  const [w, h] = [n(width), n(height)]
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="mg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-labelledby="mg-title mg-desc">
<title id="mg-title">${title}</title>
<desc id="mg-desc">${description}</desc>
<style>${new Markup(style)}</style>
<rect class="paper" width="${w}" height="${h}"/>
${parts.map(({ html }) => new Markup(`${html}\n`))}</svg>
`.html
}

function edgePart({ kind, path, way }: Edge): Markup {
  return markup`<path class="${kind}${way ? ' way' : ''}" d="${path}"/>`
}

function markPart({ kind, x, y, width, text, title }: Mark): Markup {
  const [box, words] = kind === 'gap' ? ['gap-mark', 'soft'] : ['problem-mark', 'strong bad']
  return markup`<g><title>${title}</title><rect class="${box}" x="${n(x)}" y="${n(y + 3)}" width="${n(width)}" height="20" rx="7"/><text class="mid ${words}" x="${n(x + width / 2)}" y="${n(y + 13)}">${text}</text></g>`
}

const toneClass = { plain: 'plain', 'in-force': 'in-force', held: 'held-by', proof: 'proof' } as const

function nodePart({ x, y, width, height, text, title, tone, way }: NodeBox): Markup {
  return markup`<g class="${toneClass[tone]}"><title>${title}</title><rect class="box${way ? ' on' : ''}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="7"/><text class="mid" x="${n(x + width / 2)}" y="${n(y + height / 2)}">${text}</text></g>`
}

function legendPart({ kind, text, x, y }: Layout['legend'][number]): Markup {
  const label = markup`<text class="soft" x="${n(x + 30)}" y="${n(y)}">${text}</text>`
  if (kind === 'in-force' || kind === 'older-state' || kind === 'proof') {
    const tone = kind === 'older-state' ? 'held-by' : kind
    return markup`<g class="${tone}"><rect class="box" x="${n(x)}" y="${n(y - 6)}" width="22" height="12" rx="4"/></g>${label}`
  }
  const path = kind === 'skip' ? `M${n(x)} ${n(y + 5)}q11 -18 22 0` : `M${n(x)} ${n(y)}h22`
  return markup`<path class="${kind}" d="${path}"/>${label}`
}
