// Ten signatures by one key on one card, behind the real smart card service: our driver beside what others use. Counted are
// the commands that reach the card, and the time.
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '../../src/core/bytes.ts'
import { systemReaders } from '../../src/node/pcsc.ts'
import { writeCertificate } from '../../src/node/piv/certificates.ts'
import { importKey } from '../../src/node/piv/management.ts'
import { authenticate, defaultManagementKey } from '../../src/node/piv/management-key.ts'
import { openPiv } from '../../src/node/piv/session.ts'
import { rehearsalCard } from '../../src/node/rehearsal-card/card.ts'
import { rehearsalReaders } from '../../src/node/rehearsal-card/readers.ts'
import { pivTokens } from '../../src/node/signers/piv/driver.ts'
import { noVendorRoots } from '../../src/node/vendor-roots.ts'
import { startPcscd } from '../support/pcscd.ts'
import { typing } from '../support/practice-key.ts'
import { type Row, report } from './compare.ts'

const serial = 15_835_999
const library = (name: string): string => {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  return `/usr/lib/${machine}-linux-gnu/${name}`
}
const modules = [
  { name: 'OpenSC', path: library('opensc-pkcs11.so') },
  { name: 'ykcs11', path: library('libykcs11.so') },
]
const signatures = 10

export async function benchCard(folder: string): Promise<boolean> {
  const missing = ['/usr/sbin/pcscd', '/usr/bin/pkcs11-tool', ...modules.map(({ path }) => path)].filter(
    (path) => !existsSync(path),
  )
  if (missing.length > 0) {
    console.log(`\nTen signatures on a PIV token: NOT MEASURED, for ${missing.join(', ')} is not there`)
    return false
  }
  const card = await preparedCard(folder)
  let commands = 0
  const counted = {
    ...card,
    transmit: (command: Uint8Array) => {
      commands++
      return card.transmit(command)
    },
  }
  // ykcs11 looks only at readers of this name.
  const pcscd = await startPcscd({ readerName: 'Yubico YubiKey CCID' })
  try {
    const [first] = pcscd.readers
    await first?.reader.insert(counted)
    await first?.reader.noticed()
    const rows: (Row & { commands: number })[] = []
    const measure = async (name: string, run: () => Promise<void>): Promise<void> => {
      commands = 0
      const start = performance.now()
      await run()
      rows.push({ name: '', medianMs: performance.now() - start, commands })
      const row = rows.at(-1)
      if (row !== undefined) row.name = `${name}: ${commands} commands to the card`
    }
    const driver = pivTokens({ readers: systemReaders(), authorities: async () => ({ roots: noVendorRoots }) })
    const stop = driver.watch(() => {})
    const { signal } = new AbortController()
    const list = await driver.list(signal)
    const key = list.tokens[0]?.slots.find(({ id }) => id === '9a')?.key
    if (key === undefined) throw new Error('the key is not there')
    const messages = Array.from({ length: signatures }, (_, index) => utf8(`change ${index}`))
    const request = { signerId: `piv:${serial}/9a`, key, messages, purpose: 'ten changes' }
    await measure('countersign, one sitting', async () => {
      const made = await driver.sign(request, typing('123456'), signal)
      if (made.length !== signatures) throw new Error('not all were signed')
    })
    stop()
    for (const { name, path } of modules) {
      await measure(`pkcs11-tool with ${name}, ten calls`, async () => {
        for (let index = 0; index < signatures; index++) await signWithTool(path, folder, index)
      })
    }
    // The tool signs one message a call; this is what the same module needs when a program uses it as sparingly as it can.
    for (const { name, path } of modules) {
      await measure(`PKCS#11 with ${name}, one login for all`, () =>
        run(process.execPath, [join(import.meta.dirname, 'pkcs11-sitting.ts'), path], folder),
      )
    }
    const [ours, opensc, ykcs11, openscOnce, ykcs11Once] = rows
    const half = (peer: (Row & { commands: number }) | undefined) => [
      { of: 'commands', ratio: (ours?.commands ?? Number.NaN) / (peer?.commands ?? Number.NaN) },
      { of: 'time', ratio: (ours?.medianMs ?? Number.NaN) / (peer?.medianMs ?? Number.NaN) },
    ]
    return report(
      'Ten signatures by a P-256 key on one PIV token, PIN once',
      rows,
      [
        { peer: opensc, name: 'pkcs11-tool with OpenSC' },
        { peer: ykcs11, name: 'pkcs11-tool with ykcs11' },
        { peer: openscOnce, name: 'PKCS#11 with OpenSC, one login' },
        { peer: ykcs11Once, name: 'PKCS#11 with ykcs11, one login' },
      ].flatMap(({ peer, name }) =>
        half(peer).map(({ of, ratio }) => ({
          text: `of the ${of} of ${name}`,
          ratio,
          limit: 0.5,
          sense: 'at most' as const,
        })),
      ),
    )
  } finally {
    await pcscd.stop()
  }
}

/** A card with an imported key and its certificate in 9a: OpenSC sees no key without one. */
async function preparedCard(folder: string): Promise<ReturnType<typeof rehearsalCard>> {
  // Debian's ykcs11 knows no AES management key, and so wants a token older than 5.7.
  const card = rehearsalCard({ serial, firmware: '5.4.3' })
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
  writeFileSync(join(folder, 'key.pem'), pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const made = spawnSync(
    'openssl',
    ['req', '-x509', '-key', 'key.pem', '-subj', '/CN=bench', '-days', '30', '-outform', 'DER', '-out', 'cert.der'],
    { cwd: folder },
  )
  if (made.status !== 0) throw new Error('openssl made no certificate')
  const readers = rehearsalReaders()
  readers.insert('bench', card)
  const talk = await readers.connect('bench')
  const piv = await openPiv(talk)
  await authenticate(piv, defaultManagementKey())
  await importKey(piv, '9a', new Uint8Array(pkcs8), { pinPolicy: 'once', touchPolicy: 'never' })
  await writeCertificate(piv, '9a', new Uint8Array(readFileSync(join(folder, 'cert.der'))))
  await talk.end('reset')
  return card
}

/** Never synchronous: the card answers from this very process. */
function signWithTool(module: string, folder: string, index: number): Promise<void> {
  writeFileSync(join(folder, 'message'), `change ${index}`)
  const args = ['--module', module, '--login', '--pin', '123456', '--sign', '--mechanism', 'ECDSA-SHA256']
  const files = ['--id', '01', '--input-file', 'message', '--output-file', 'signature']
  return run('pkcs11-tool', [...args, ...files], folder)
}

function run(program: string, args: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += String(chunk)
    })
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program}: ${said.slice(-600)}`))))
  })
}
