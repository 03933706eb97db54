// How a token is named for people, the same in the window, in the terminal and in the process that talks to it. Pure.

/** "15 835 999": as people read it to each other. A serial that is no number stays as it is. */
export function serialWords(serial: string): string {
  return /^\d{4,}$/.test(serial) ? serial.replace(/\B(?=(?:\d{3})+$)/g, ' ') : serial
}

/** "YubiKey 5C NFC 15 835 999"; what has its serial number in its name already is not given it twice. */
export function tokenLabel({ name, serial }: { name: string; serial?: string }): string {
  return serial === undefined || serial === '' || name.includes(serial) ? name : `${name} ${serialWords(serial)}`
}

const proofs: ReadonlyMap<string, string> = new Map([
  ['verified', 'proved to be made on this device'],
  ['unknown-root', 'its proof leads to a maker that is not known here'],
  ['rehearsal', 'a practice token, which proves nothing'],
  ['none', 'no proof of where it was made'],
])

/** Where a key was made, as far as it is proved; `attestation` as it stands in the record of a ceremony. */
export function proofWords(attestation: string): string {
  return proofs.get(attestation) ?? attestation
}
