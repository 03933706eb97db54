// The folder of vendor roots: what may lie in it, and where the program finds it.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadVendorRoots, resourcesFolder, vendorRootsSentence } from '../../src/node/vendor-roots.ts'
import { createChain, issue, pairs, toCertificatePem } from '../support/attestation-chain.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const chain = await createChain('new')
const repository = join(import.meta.dirname, '..', '..')

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

test('roots and intermediates are told apart, comments and other files do not matter, and doubles count once', async () => {
  const root = toCertificatePem(chain.root)
  const folder = folderOf({
    'README.md': 'not a certificate',
    'a.pem': `The root.\n${root}`,
    'b.pem': `${root}\n${chain.intermediates.map(toCertificatePem).join('and\r\n')}`,
  })
  const found = await loadVendorRoots(folder)
  expect(found.names).toEqual(['Example Attestation Root 1'])
  expect(found.roots.map((one) => one.der)).toEqual([chain.root])
  expect(found.intermediates.map((one) => one.der)).toEqual(chain.intermediates)
})

test('with none, it says so', async () => {
  for (const folder of [folderOf({}), join(temporaryFolder(), 'missing')]) {
    const found = await loadVendorRoots(folder)
    expect(found).toEqual({ roots: [], intermediates: [], names: [] })
    expect(vendorRootsSentence(found.names)).toContain('no vendor root is built in')
  }
  expect(vendorRootsSentence(['A'])).not.toContain('no vendor root')
})

const common = {
  hash: 'SHA-256',
  authority: true,
  extensions: {},
  notBefore: new Date(0),
  notAfter: new Date(1e12),
} as const
const own = { ...common, subject: 'Example', issuer: 'Example', pair: pairs.lower, signer: pairs.lower }
const refusals: Readonly<Record<string, string>> = {
  'a certificate that is no authority': toCertificatePem(await issue({ ...own, authority: false })),
  'one that does not say': toCertificatePem(await issue({ ...own, authority: 'unsaid' })),
  'one whose key may not issue': toCertificatePem(await issue({ ...own, usage: 'signatures' })),
  'a root signed by another': toCertificatePem(await issue({ ...own, signer: pairs.stranger })),
  'a statement of a token': toCertificatePem(chain.statement),
  'a good root, then a bad one':
    toCertificatePem(chain.root) + toCertificatePem(await issue({ ...own, authority: false })),
  'another kind of block': toCertificatePem(chain.root).replaceAll('CERTIFICATE', 'PRIVATE KEY'),
  'a block that ends as another': toCertificatePem(chain.root).replace('END CERTIFICATE', 'END PUBLIC KEY'),
  'a block without end': toCertificatePem(chain.root).replace(/-----END.*/, ''),
  'a block cut off': toCertificatePem(chain.root.subarray(0, 300)),
  'letters that are not base64': toCertificatePem(chain.root).replace(/^M/m, '!'),
  'no certificate at all': 'nothing here',
}

test.each(Object.keys(refusals))('refused with all the others: %s', async (name) => {
  const folder = folderOf({ 'a.pem': toCertificatePem(chain.root), 'b.pem': refusals[name] ?? '' })
  expect(await codeOfPromise(loadVendorRoots(folder))).toBe('format/malformed')
})

test('an authority that may issue is not refused for saying so', async () => {
  const pem = toCertificatePem(await issue({ ...own, usage: 'certificates' }))
  expect((await loadVendorRoots(folderOf({ 'a.pem': pem }))).names).toEqual(['Example'])
})

test('what is built in can be read, and says how roots are added', async () => {
  expect(existsSync(join(resourcesFolder(), 'attestation', 'README.md'))).toBe(true)
  const pems = readdirSync(join(resourcesFolder(), 'attestation')).filter((name) => name.endsWith('.pem'))
  expect((await loadVendorRoots()).names.length > 0).toBe(pems.length > 0)
})

test('the folder is found from the source, from the build and from a chunk of it, and from nowhere else', () => {
  const program = temporaryFolder()
  const chunks = join(program, 'out', 'main', 'chunks')
  mkdirSync(chunks, { recursive: true })
  copyFileSync(join(repository, 'package.json'), join(program, 'package.json'))
  for (const start of [join(program, 'out', 'main'), chunks]) {
    expect(resourcesFolder(start)).toBe(join(program, 'resources'))
  }
  expect(resourcesFolder(join(repository, 'src', 'node'))).toBe(join(repository, 'resources'))
  expect(codeOfCall(() => resourcesFolder('/'))).toBe('internal/bug')
})
