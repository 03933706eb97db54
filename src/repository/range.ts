// RFC 9110, 14: one range of bytes. Several at once, and everything that is not understood, is answered with the whole.
export interface ByteRange {
  from: number
  /** Behind the last byte. */
  to: number
}

/** 'none' when nothing of the file lies in it. */
export function parseRange(text: string, length: number): ByteRange | 'none' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') {
    const count = Math.min(Number(last), length)
    return count === 0 ? 'none' : { from: length - count, to: length }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return undefined
  if (from >= length) return 'none'
  return { from, to: last === '' ? length : Math.min(Number(last) + 1, length) }
}
