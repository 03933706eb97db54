// Certificates of authorities in PEM form: exactly those that are shown to a person are trusted, and nothing that lies beside them.
import { X509Certificate } from 'node:crypto'
import { AppError } from '../../core/error.ts'

const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'

/** OpenSSL reads blocks under other names too, and passes over what it cannot read: here either is refused. */
export function authoritiesIn(pem: string): X509Certificate[] {
  const found: X509Certificate[] = []
  let block: string[] | undefined
  for (const line of pem.split(/\r?\n/)) {
    const text = line.trimEnd()
    if (text.includes('-----BEGIN') && (text !== begin || block !== undefined)) throw noAuthority()
    if (text === begin) block = []
    block?.push(text)
    if (text !== end || block === undefined) continue
    found.push(parsed(block.join('\n')))
    block = undefined
  }
  if (found.length === 0 || block !== undefined || !found.every(({ ca }) => ca)) throw noAuthority()
  return found
}

function parsed(block: string): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch (cause) {
    throw noAuthority(cause)
  }
}

function noAuthority(cause?: unknown): AppError {
  return new AppError({
    code: 'format/malformed',
    message: 'what should vouch for this server is no certificate of an authority',
    hint: 'give a file of certificates in PEM form, and of nothing else, as the admin of the server has it: --ca FILE',
    cause,
  })
}
