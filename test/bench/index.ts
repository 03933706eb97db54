// npm run bench: every performance claim as a ratio measured in one run, beside a peer and the floor.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalize } from '@tufjs/canonical-json'
import { Updater } from 'tuf-js'
import { parseJson } from '../../src/core/json.ts'
import { refresh } from '../../src/core/systems/tuf/client.ts'
import { verifyDelegations } from '../../src/core/systems/tuf/delegation.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { memoryTransport, within } from '../../src/core/transport.ts'
import { blockingFileSystem } from '../../src/node/file-system.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { type BinRepository, writeBins } from './bins.ts'
import { benchCard } from './card.ts'
import { compare, msOf, report } from './compare.ts'
import { benchFrames } from './frames.ts'
import { benchLog } from './log.ts'
import { benchServed } from './served.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
try {
  const results = [
    await benchCanonical(),
    await benchBins(10),
    await benchCard(folder),
    await benchServed(folder),
    await benchFrames(),
    await benchLog(),
  ]
  process.exitCode = results.every(Boolean) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function benchCanonical(): Promise<boolean> {
  const targets = Object.fromEntries(
    Array.from({ length: 117_000 }, (_, i) => [
      `project-${i % 997}/release-${i}.tar.gz`,
      { length: i, hashes: { sha256: createHash('sha256').update(`${i}`).digest('hex') } },
    ]),
  )
  const fields = { _type: 'targets', spec_version: '1.0.31', version: 1, expires: '2030-01-01T00:00:00Z', targets }
  const bytes = encodeMetadata(fields)
  const ours = 'countersign: strict parse and canonical form'
  const peer = 'JSON.parse and @tufjs/canonical-json'
  const rows = await compare(
    [
      {
        name: ours,
        run: () => {
          const document = parseJson(bytes)
          document.value()
          if (document.members.get('signed') === undefined) throw new Error('no signed')
        },
      },
      {
        name: peer,
        run: () => {
          const value = JSON.parse(new TextDecoder().decode(bytes)) as { signed: object }
          if (canonicalize(value.signed).length === 0) throw new Error('nothing')
        },
      },
      { name: 'floor: JSON.parse alone', run: () => void JSON.parse(new TextDecoder().decode(bytes)) },
    ],
    7,
  )
  const ratio = msOf(rows, peer) / msOf(rows, ours)
  return report(`A targets file of ${(bytes.length / 1e6).toFixed(1)} MB`, rows, [
    { text: 'faster than JSON.parse and @tufjs/canonical-json', ratio, limit: 2, sense: 'at least' },
  ])
}

async function benchBins(bits: number): Promise<boolean> {
  const repository = await writeBins(join(folder, 'bins'), bits, 8)
  const floorRun = floorOf(repository)
  const rows = await compare(
    [
      { name: 'countersign', run: () => verifyOurs(repository) },
      { name: 'tuf-js', run: () => verifyTufJs(repository) },
      { name: 'floor', run: floorRun },
    ],
    7,
  )
  return report(`Verify all of a repository with ${2 ** bits} hashed bins (${repository.names.length} files)`, rows, [
    {
      text: 'faster than tuf-js',
      ratio: msOf(rows, 'tuf-js') / msOf(rows, 'countersign'),
      limit: 4,
      sense: 'at least',
    },
    {
      text: 'of the floor: read, sha256, JSON.parse and one native verify a file, one thread',
      ratio: msOf(rows, 'countersign') / msOf(rows, 'floor'),
      limit: 1.5,
      sense: 'at most',
    },
  ])
}

async function verifyOurs(repository: BinRepository): Promise<void> {
  const published = within(directoryTransport(repository.folder, { fs: blockingFileSystem }), 'metadata/')
  const store = memoryTransport(new Map([['root.json', repository.anchor]]))
  const options = { now: new Date(), signal: new AbortController().signal, expired: 'refuse' as const }
  const set = await refresh(published, store, options)
  const roles = await verifyDelegations(set, published, options)
  if (roles.length !== repository.paths.length) throw new Error(`${roles.length} roles verified`)
}

/** One target a bin makes tuf-js load and verify every bin; its files come straight from the disk, without HTTP. */
async function verifyTufJs(repository: BinRepository): Promise<void> {
  const metadataDir = mkdtempSync(join(folder, 'tufjs-'))
  mkdirSync(metadataDir, { recursive: true })
  writeFileSync(join(metadataDir, 'root.json'), repository.anchor)
  const read = (url: string): Buffer =>
    readFileSync(join(repository.folder, 'metadata', url.slice('http://repository/'.length)))
  const updater = new Updater({
    metadataDir,
    metadataBaseUrl: 'http://repository',
    fetcher: {
      downloadBytes: async (url) => {
        try {
          return read(url)
        } catch {
          const { DownloadHTTPError } = (await import('tuf-js/dist/error.js')) as never as {
            DownloadHTTPError: new (message: string, status: number) => Error
          }
          throw new DownloadHTTPError('absent', 404)
        }
      },
      downloadFile: async () => {
        throw new Error('no target is downloaded here')
      },
    },
  })
  await updater.refresh()
  for (const path of repository.paths) {
    if ((await updater.getTargetInfo(path)) === undefined) throw new Error(`tuf-js did not find ${path}`)
  }
  rmSync(metadataDir, { recursive: true })
}

function floorOf(repository: BinRepository): () => void {
  const prepared = repository.names.map((name) => {
    const bytes = readFileSync(join(repository.folder, name))
    const document = parseJson(bytes)
    const [signature] = (document.value() as unknown as { signatures: { sig: string }[] }).signatures
    return {
      path: join(repository.folder, name),
      payload: document.members.get('signed')?.canonical ?? bytes,
      sig: Buffer.from(signature?.sig ?? '', 'hex'),
    }
  })
  // The key does not matter to the cost: each file is verified once, natively, with an Ed25519 key.
  const root = JSON.parse(new TextDecoder().decode(repository.anchor)) as {
    signed: { keys: Record<string, { keyval: { public: string } }> }
  }
  const keys = Object.values(root.signed.keys).map((key) =>
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.keyval.public, 'hex').toString('base64url') },
      format: 'jwk',
    }),
  )
  return () => {
    let valid = 0
    for (const { path, payload, sig } of prepared) {
      const bytes = readFileSync(path)
      createHash('sha256').update(bytes).digest()
      JSON.parse(bytes.toString('utf8'))
      if (keys[1] !== undefined && verify(null, payload, keys[1], sig)) valid++
    }
    if (valid === 0) throw new Error('the floor verified nothing')
  }
}
