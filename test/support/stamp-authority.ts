// Authorities for time stamps as they are: OpenSSL's, with keys of the usual kinds below a root of their own.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type StampKey = 'rsa' | 'p256' | 'p384'

export interface StampAuthority {
  folder: string
  /** Its root, in PEM. */
  root: string
  /** What it answers to a request; `digests`: those that it takes. */
  reply(request: Uint8Array, how?: { hash?: string; digests?: string }): Uint8Array
  openssl(...args: readonly string[]): Buffer
}

const keyArgs: Readonly<Record<StampKey, readonly string[]>> = {
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
}

/** `usage`: what its certificate is for; `limits`: what its root says besides. */
export function stampAuthority(
  folder: string,
  key: StampKey,
  usage = 'critical,timeStamping',
  limits: readonly string[] = [],
): StampAuthority {
  mkdirSync(folder)
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  writeFileSync(join(folder, 'serial'), '01\n')
  writeFileSync(
    join(folder, 'leaf.ext'),
    `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=${usage}\n`,
  )
  const settings = (hash: string, digests: string): string =>
    [
      '[tsa]\ndefault_tsa = here\n[here]\nserial = serial\ncrypto_device = builtin\nsigner_cert = leaf.pem\nsigner_key = leaf.key',
      `signer_digest = ${hash}\ndefault_policy = 1.2.3.4.1\ndigests = ${digests}\naccuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n`,
    ].join('\n')
  openssl('genpkey', ...keyArgs.p256, '-out', 'root.key')
  openssl(
    ...['req', '-x509', '-new', '-key', 'root.key', '-subj', '/CN=Stamp Root', '-days', '3650', '-out', 'root.pem'],
    ...limits.flatMap((limit) => ['-addext', limit]),
  )
  openssl('genpkey', ...keyArgs[key], '-out', 'leaf.key')
  openssl('req', '-new', '-key', 'leaf.key', '-subj', `/O=Clockwork/CN=Stamps by ${key}`, '-out', 'leaf.csr')
  openssl(
    ...['x509', '-req', '-in', 'leaf.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', '0x1234'],
    ...['-days', '3650', '-extfile', 'leaf.ext', '-out', 'leaf.pem'],
  )
  return {
    folder,
    openssl,
    root: readFileSync(join(folder, 'root.pem'), 'utf8'),
    reply: (request, { hash = 'sha256', digests = 'sha256, sha512' } = {}) => {
      writeFileSync(join(folder, 'tsa.cnf'), settings(hash, digests))
      writeFileSync(join(folder, 'in.tsq'), request)
      openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'in.tsq', '-out', 'out.tsr')
      return new Uint8Array(readFileSync(join(folder, 'out.tsr')))
    },
  }
}
