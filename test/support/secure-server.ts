// A server with TLS on loopback, under an authority that is made for the test, and a proxy that tunnels to it (CONNECT).
import './reflect-metadata.ts'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { onTestFinished } from 'vitest'

export interface Authority {
  /** PEM, as a person has it in a file. */
  pem: string
  certificate: X509Certificate
  pair: CryptoKeyPair
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' } as const
const hour = 3_600_000
const makePair = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])

export async function makeAuthority(name = 'Test authority'): Promise<Authority> {
  const pair = await makePair()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys: pair,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 24 * hour),
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return { pem: certificate.toString('pem'), certificate, pair }
}

export interface Leaf {
  host?: string
  notAfter?: Date
}

/** Answers at https://127.0.0.1:PORT/, and ends with the test. */
export async function serveSecurely(
  authority: Authority,
  answer: RequestListener,
  { host = '127.0.0.1', notAfter = new Date(Date.now() + 24 * hour) }: Leaf = {},
): Promise<string> {
  const pair = await makePair()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${host}`,
    issuer: authority.certificate.subject,
    publicKey: pair.publicKey,
    signingKey: authority.pair.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(Date.now() - 48 * hour),
    notAfter,
    extensions: [new SubjectAlternativeNameExtension([{ type: /^[\d.]+$/.test(host) ? 'ip' : 'dns', value: host }])],
  })
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`
  const server = createSecureServer({ key, cert: certificate.toString('pem') }, answer)
  return `https://127.0.0.1:${await listening(server)}/`
}

export interface Proxy {
  url: string
  /** "HOST:PORT" of each tunnel that was asked for. */
  tunnels: readonly string[]
  /** What a tunnel was refused with, from now on. */
  refuse(status: number | undefined): void
}

export async function startProxy(): Promise<Proxy> {
  const tunnels: string[] = []
  let refused: number | undefined
  const server = createServer((_, response) => response.writeHead(400).end())
  server.on('connect', (request: IncomingMessage, socket, head) => {
    tunnels.push(request.url ?? '')
    socket.on('error', () => undefined)
    if (refused !== undefined) {
      socket.end(`HTTP/1.1 ${refused} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const [host, port] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  return {
    url: `http://127.0.0.1:${await listening(server)}`,
    tunnels,
    refuse: (status) => {
      refused = status
    },
  }
}

async function listening(server: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
