// What is publicly known to be weak in a firmware, in words for the owner of the token.

const isElliptic = (algorithm: string): boolean => algorithm === 'P-256' || algorithm === 'P-384'
const isRsa = (algorithm: string): boolean => algorithm.startsWith('RSA')

interface Advisory {
  concerns(version: number, algorithm: string): boolean
  sentence: string
}

const at = (major: number, minor: number, patch: number): number => (major * 256 + minor) * 256 + patch

const advisories: readonly Advisory[] = [
  {
    // The vendor's advisory YSA-2024-03: a side channel of the chip's ECDSA, gone with 5.7.0.
    concerns: (version, algorithm) => version < at(5, 7, 0) && isElliptic(algorithm),
    sentence:
      'Whoever has this token in hand for long enough, with laboratory equipment, can copy its P-256 and P-384 keys (advisory YSA-2024-03). Firmware 5.7 and newer is not concerned, RSA keys neither. Keep it where nobody else can take it.',
  },
  {
    // ROCA, CVE-2017-15361, the vendor's advisory YSA-2017-01.
    concerns: (version, algorithm) => version >= at(4, 2, 0) && version <= at(4, 3, 4) && isRsa(algorithm),
    sentence:
      'RSA keys made on this token can be computed from their public half (advisory YSA-2017-01, ROCA). Do not trust an RSA key that was made on it: use a P-256 or P-384 key, or another token.',
  },
]

/** For a key of this kind ("P-256", "RSA-2048") on a YubiKey with this firmware ("5.4.3"). */
export function advisoriesFor(firmware: string, algorithm: string): string[] {
  const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(firmware)?.slice(1).map(Number)
  if (numbers === undefined) return []
  const [major = 0, minor = 0, patch = 0] = numbers
  const version = at(major, minor, patch)
  return advisories.filter((one) => one.concerns(version, algorithm)).map((one) => one.sentence)
}
