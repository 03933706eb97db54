// How wide a text will be, roughly and never too little, so that a label can be shortened before it is drawn. Pure.

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
const broad = /[A-HJ-Z@%&mwMW⟨⟩+=<>_~#$€£¥0-9]/
const narrow = /[ijltfrI.,:;'!|()[\]{} ]/

/** In units of the font's size. */
function unitsOf(char: string): number {
  if (wide.test(char)) return 1.25
  if (broad.test(char)) return /[mwMW@%]/.test(char) ? 0.95 : 0.72
  // A script that the bundled font does not have may be drawn in any other one.
  if ((char.codePointAt(0) ?? 0) > 0x24f) return 1
  return narrow.test(char) ? 0.4 : 0.63
}

export function widthOf(text: string, fontSize: number, isMono = false): number {
  let units = 0
  for (const char of text)
    units += isMono ? Math.max(0.62, (char.codePointAt(0) ?? 0) > 0x24f ? unitsOf(char) : 0) : unitsOf(char)
  return units * fontSize
}

/** "observatory-…-linux": the beginning and the end tell names apart. The whole text when it fits. */
export function fitMiddle(text: string, maxWidth: number, fontSize: number, isMono = false): string {
  if (widthOf(text, fontSize, isMono) <= maxWidth) return text
  const chars = [...text]
  let [low, high] = [0, chars.length - 1]
  // The most characters that still fit; half of them, rounded up, from the beginning.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (widthOf(cut(chars, middle), fontSize, isMono) <= maxWidth) low = middle
    else high = middle - 1
  }
  return cut(chars, low)
}

function cut(chars: readonly string[], keep: number): string {
  const head = Math.ceil(keep / 2)
  return `${chars.slice(0, head).join('')}…${keep - head === 0 ? '' : chars.slice(-(keep - head)).join('')}`
}
