// The map as a file of its own: colours and sizes stand in it, nothing is loaded, and a title and a description say what it is.
import type { Tone } from '../format.ts'
import { isMachine } from './labels.ts'
import { type Box, font, inset, type Layout, type Link, size } from './layout.ts'

export interface SvgWords {
  title: string
  description: string
}

/** By day: a picture is printed, or put on a white page. The same as in tokens.css. */
const colours = {
  paper: '#f6f5f2',
  panel: '#fffefb',
  sunk: '#efede8',
  ink: '#1d2126',
  soft: '#545c66',
  line: '#84878c',
  accent: '#1f5d57',
} as const
const tones: Readonly<Record<Tone, string>> = { bad: '#a8322a', warn: '#855400', ok: '#236b40', plain: '#616972' }

const sans = "Inter, 'Segoe UI', system-ui, sans-serif"
const mono = "'JetBrains Mono', 'DejaVu Sans Mono', monospace"

export function svgOf({ width, height, boxes, links }: Layout, { title, description }: SvgWords): string {
  const [w, h] = [number(width), number(height)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(title)}</title>`,
    `<desc id="d">${escaped(description)}</desc>`,
    `<rect width="${w}" height="${h}" fill="${colours.paper}"/>`,
    ...links.map(linkText),
    ...boxes.map(boxText),
    '</svg>',
    '',
  ].join('\n')
}

function linkText({ path, isOther, stopAt, label, title }: Link): string {
  const dash = isOther ? ' stroke-dasharray="3 4"' : ''
  const parts = [`<path d="${path}" fill="none" stroke="${colours.line}"${dash}/>`]
  if (stopAt !== undefined) {
    parts.push(
      `<path d="M${number(stopAt.x)} ${number(stopAt.y - 7)}v14" fill="none" stroke="${colours.ink}" stroke-width="2"/>`,
    )
  }
  if (label !== undefined) {
    parts.push(
      `<text x="${number(label.x)}" y="${number(label.y)}" font-family="${mono}" font-size="${font.path}" fill="${colours.soft}" stroke="${colours.paper}" stroke-width="4" paint-order="stroke">${escaped(label.text)}</text>`,
    )
  }
  return `<g>${title === '' ? '' : `<title>${escaped(title)}</title>`}${parts.join('')}</g>`
}

function boxText({ x, y, node, label, name, keys, expiry }: Box): string {
  const tone = tones[label.tone]
  const at = (dx: number, dy: number) => `x="${number(x + dx)}" y="${number(y + dy)}"`
  const frame = `width="${size.width}" height="${size.height}" rx="9" fill="${isMachine(node) ? colours.sunk : colours.panel}" stroke="${colours.line}"`
  return [
    `<g font-family="${sans}"><title>${escaped(label.spoken)}</title>`,
    node.family === undefined ? '' : `<rect ${at(5, 5)} ${frame}/>`,
    `<rect ${at(0, 0)} ${frame}/>`,
    `<rect ${at(6, 12)} width="4" height="${size.height - 24}" rx="2" fill="${tone}"/>`,
    `<text ${at(inset, 25)} font-size="${font.name}" font-weight="600" fill="${colours.ink}">${escaped(name)}</text>`,
    `<text ${at(inset, 45)} font-size="${font.small}" fill="${colours.soft}">${escaped(keys)}</text>`,
    `<text ${at(inset, 65)} font-size="${font.small}" font-weight="600" fill="${tone}">${escaped(expiry)}</text>`,
    label.mark === undefined || node.family !== undefined
      ? ''
      : `<text ${at(size.width - 10, 25)} font-size="${font.small}" font-weight="600" text-anchor="end" fill="${colours.accent}">${escaped(label.mark)}</text>`,
    '</g>',
  ].join('')
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10)
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
])

/** What XML cannot hold at all, such as controls, was made visible when the label was made. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => entities.get(char) ?? '')
}
