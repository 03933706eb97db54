// The status words of a PIV card (SP 800-73-4 part 2, 5.6), as the card's own code throws them.

export const statusWord = {
  ok: 0x9000,
  wrongLength: 0x6700,
  notAllowed: 0x6982,
  blocked: 0x6983,
  conditionsNotMet: 0x6985,
  wrongData: 0x6a80,
  notFound: 0x6a82,
  full: 0x6a84,
  wrongParameters: 0x6a86,
  noReference: 0x6a88,
  noSuchInstruction: 0x6d00,
  noSuchClass: 0x6e00,
} as const

/** The card says no. It never leaves the card: the channel turns it into two bytes. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number) {
    super(`status ${status.toString(16)}`)
    this.status = status
  }
}

/** 63Cx: wrong, with x tries left. */
export function wrongWithTriesLeft(tries: number): Refusal {
  return new Refusal(0x63c0 | Math.min(tries, 15))
}

export function refuseUnless(isAllowed: boolean, status: number): void {
  if (!isAllowed) throw new Refusal(status)
}
