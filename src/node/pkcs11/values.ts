// Values as PKCS#11 writes them.

export const mechanismOf = { 'rsa-pss-sha256': 0xd, ecdsa: 0x1041, eddsa: 0x1057 } as const

/** Fields of fixed size are filled up with spaces, by some modules with zeros. */
export function trim(text: string): string {
  return text.replace(/\0[\s\S]*$/, '').trim()
}

/** A CK_ULONG: 8 bytes, on Windows 4, in the order of the machine, which is little-endian wherever we run. */
export function toNumber(bytes: Buffer | undefined): number | undefined {
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 8)) return undefined
  return bytes.readUInt32LE(0)
}

export function toBoolean(bytes: Buffer | undefined): boolean | undefined {
  return bytes?.length === 1 ? bytes[0] !== 0 : undefined
}
