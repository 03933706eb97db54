// How a FIDO2 key is named: "fido:root" for the key, "fido:root@15835999" for one of several tokens that open it.

export interface FidoName {
  /** Of the key; its file has the same. */
  name: string
  /** A serial number, or the place of a token that tells none. */
  token?: string
}

/** Undefined for what is no name of a FIDO2 key. */
export function parseFidoName(signerId: string): FidoName | undefined {
  const match = /^fido:([^@]+)(?:@(.+))?$/.exec(signerId)
  if (match?.[1] === undefined) return undefined
  return { name: match[1], ...(match[2] === undefined ? {} : { token: match[2] }) }
}

/** The key, whichever token opens it: what is plugged in beside it must not change what it is called. */
export function fidoKeyId(signerId: string): string {
  const known = parseFidoName(signerId)
  return known === undefined ? signerId : `fido:${known.name}`
}

/** The token among those that open the same key: by its serial number, where that is its own. */
export function exactFidoId(
  name: string,
  one: { serial?: string; path: string },
  all: readonly { serial?: string }[],
): string {
  const { serial, path } = one
  const isOwn = serial !== undefined && all.filter((other) => other.serial === serial).length === 1
  return `fido:${name}@${isOwn ? serial : path}`
}
