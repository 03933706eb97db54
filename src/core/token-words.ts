// How a token is named for people, the same in the window, in the terminal and in the process that talks to it. Pure.

/** "15 835 999": as people read it to each other. A serial that is no number stays as it is. */
export function serialWords(serial: string): string {
  return /^\d{4,}$/.test(serial) ? serial.replace(/\B(?=(?:\d{3})+$)/g, ' ') : serial
}

/** "YubiKey 5C NFC 15 835 999"; what has its serial number in its name already is not given it twice. */
export function tokenLabel({ name, serial }: { name: string; serial?: string }): string {
  return serial === undefined || serial === '' || name.includes(serial) ? name : `${name} ${serialWords(serial)}`
}
