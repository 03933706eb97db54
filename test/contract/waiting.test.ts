// What every place owes to a change that waits there, however it keeps it: it is found, read whole, and gets a signature, or stays
// as it was. The suite of the Transport port writes any bytes; here the bytes are a document that people sign.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseUtf8, utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { parseEnvelope, type TufSignature } from '../../src/core/systems/tuf/envelope.ts'
import { plainLayout, repositoryRooms } from '../../src/core/systems/tuf/layouts/plain.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { memoryTransport, type Transport } from '../../src/core/transport.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { gitTransport } from '../../src/node/transports/git.ts'
import { httpTransport } from '../../src/node/transports/http.ts'
import { loneFile } from '../../src/node/transports/lone-file.ts'
import { rstufTransport } from '../../src/node/transports/rstuf.ts'
import { rstufFile } from '../../src/node/transports/rstuf-file.ts'
import { servedTransport } from '../../src/node/transports/served.ts'
import { uploadNames } from '../../src/node/upload-names.ts'
import { httpCaller } from '../../src/node/web/call.ts'
import { startServer } from '../../src/repository/server.ts'
import { nameForCommits, openForge } from '../support/git-office.ts'
import { days, idOf, never, signed, signedOf, type TestRepository, testRepository } from '../support/repository.ts'
import { RstufService } from '../support/rstuf-service.ts'
import { fromBase64, openTeam } from '../support/team.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

vi.setConfig({ testTimeout: 60_000 })
nameForCommits()

interface Place {
  transport: Transport
  /** The change that waits, by its name there. */
  name: string
  /** It, with the signatures of the first so many people. */
  with(people: number): Promise<Uint8Array>
  /** Somebody else, with a program of their own, puts another change there. */
  replaced(other: Uint8Array): Promise<void> | void
}

let repository: TestRepository
beforeAll(async () => {
  repository = await testRepository(['Ana', 'Ben', 'Cleo'], 3)
})

const candidate = plainLayout.candidateName('root')

function nextRoot(year = 200) {
  return { ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(year) }
}

/** Root 2, signed by so many. */
function root(people: number, year?: number): Promise<Uint8Array> {
  const holders = repository.holders.slice(0, people)
  return signed(
    nextRoot(year),
    'root',
    holders.map((one) => ({ id: idOf(one), signer: one.signer })),
  )
}

/** One that keeps names and bytes. */
async function plain(transport: Transport): Promise<Place> {
  await transport.write(new Map([[candidate, await root(0)]]), new Map(), 'propose', never)
  const replaced = (other: Uint8Array) => transport.write(new Map([[candidate, other]]), new Map(), 'other', never)
  return { transport, name: candidate, with: root, replaced }
}

async function git(): Promise<Place> {
  const forge = openForge()
  forge.commit('main', new Map())
  const name = 'metadata/root.json'
  forge.commit('sign/root', new Map([[name, await root(0)]]))
  const transport = gitTransport(forge.address('sign/root'), { gitDir: join(temporaryFolder(), 'mirror') })
  return {
    ...{ transport, name: `event/${name}`, with: root },
    replaced: (other) => void forge.commit('sign/root', new Map([[name, other]])),
  }
}

async function served(): Promise<Place> {
  // Their keys sign the same bytes with the same signature.
  const names = ['Anna', 'Beat', 'Cleo', 'Dora']
  const team = await openTeam({ names, threshold: 4 })
  const server = await startServer(team.app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  const drafts = new Map<number, Awaited<ReturnType<typeof team.draft>>>()
  const drafted = async (year: number) => {
    const made = drafts.get(year) ?? (await team.draft('root', { kind: 'expires', date: `${year}-01-01T00:00:00Z` }))
    drafts.set(year, made)
    return made
  }
  // It takes nothing unsigned: what waits has one signature already.
  const document = async (year: number, people: number) => {
    const [one] = await team.documents(await drafted(year), names.slice(0, people + 1))
    return fromBase64(one?.content ?? '')
  }
  const texts = await Promise.all([0, 1].map((people) => document(2030, people)))
  const transport = servedTransport(new URL(server.url), httpTransport(server.url), uploadNames(temporaryFolder()))
  await transport.write(new Map([[candidate, texts[0] ?? null]]), new Map(), 'propose', never)
  return {
    ...{ transport, name: candidate },
    with: async (people) => texts[people] ?? (await document(2030, people)),
    replaced: async () => {
      const there = (await transport.read(candidate, 1_000_000, never)) ?? null
      const other = await document(2031, 1)
      await transport.write(new Map([[candidate, other]]), new Map([[candidate, there]]), 'other', never)
    },
  }
}

async function file(): Promise<Place> {
  const path = join(temporaryFolder(), 'root.json')
  writeFileSync(path, await root(0))
  return {
    ...{ transport: loneFile(path).transport, name: 'root.json', with: root },
    replaced: (other) => writeFileSync(path, other),
  }
}

async function detached(): Promise<Place> {
  const folder = temporaryFolder()
  const write = (bytes: Uint8Array): void => {
    writeFileSync(join(folder, 'payload'), parseEnvelope(bytes, 'root').payload)
    const { signatures } = parseEnvelope(bytes, 'root')
    if (signatures.length > 0) writeFileSync(join(folder, 'sigs'), JSON.stringify(signatures))
  }
  write(await root(0))
  const { transport } = loneFile(join(folder, 'payload'))
  const bare = await transport.read('payload', 1_000_000, never)
  return {
    ...{ transport, name: 'payload', replaced: write },
    // The document that a payload and its signatures stand for, in the form that it is read in.
    with: async (people) =>
      parseEnvelope(await root(people), 'root').signatures.reduce(
        (text, { keyid, sig }) => insertSignature(text, keyid, sig),
        bare ?? new Uint8Array(),
      ),
  }
}

const asDocument = (bytes: Uint8Array) => JSON.parse(parseUtf8(bytes, 'a document'))

async function service(): Promise<Place> {
  const there = await RstufService.start()
  there.trusted.set('root', asDocument(repository.anchor))
  there.pending.set('root', asDocument(await root(0)))
  const transport = rstufTransport(httpCaller(there.origin), { patience: { firstMs: 1, longestMs: 2, totalMs: 50 } })
  return {
    ...{ transport, name: 'pending/root.json' },
    with: async (people) => utf8(JSON.stringify(asDocument(await root(people)))),
    replaced: (other) => void there.pending.set('root', asDocument(other)),
  }
}

const rstufForms = {
  answer: (metadata: object) => ({ data: { metadata }, message: 'Metadata role(s) pending signing' }),
  ceremony: (metadata: object) => ({ settings: { roles: {} }, metadata }),
  update: (metadata: object) => ({ metadata }),
}

const rstuf = (form: keyof typeof rstufForms) => async (): Promise<Place> => {
  const path = join(temporaryFolder(), 'payload.json')
  const write = (bytes: Uint8Array): void => {
    const trusted = form === 'answer' ? { trusted_root: asDocument(repository.anchor) } : {}
    writeFileSync(path, JSON.stringify(rstufForms[form]({ root: asDocument(bytes), ...trusted })))
  }
  write(await root(0))
  return {
    ...{ transport: rstufFile(path, form), name: 'pending/root.json', replaced: write },
    with: async (people) => utf8(JSON.stringify(asDocument(await root(people)))),
  }
}

const places: [string, () => Promise<Place>][] = [
  ['memory', () => plain(memoryTransport())],
  ['folder', () => plain(directoryTransport(join(temporaryFolder(), 'r'), { create: true, rooms: repositoryRooms }))],
  ['signing event in git', git],
  ['served repository', served],
  ['single file', file],
  ['payload and signatures', detached],
  ['service', service],
  ['answer of a service', rstuf('answer')],
  ['payload of a ceremony', rstuf('ceremony')],
  ['payload of an update', rstuf('update')],
]

async function read({ transport, name }: Place): Promise<Uint8Array> {
  await transport.list(name.replace(/[^/]*$/, ''), never)
  return (await transport.read(name, 1_000_000, never)) ?? new Uint8Array()
}

const signaturesOf = (bytes: Uint8Array): TufSignature[] => [...parseEnvelope(bytes, 'it').signatures]
const write = (place: Place, bytes: Uint8Array, base: Uint8Array, signal = never): Promise<void> =>
  place.transport.write(new Map([[place.name, bytes]]), new Map([[place.name, base]]), 'sign', signal)

describe.each(places)('%s', (_, open) => {
  test('what waits is listed under its name, and only there', async () => {
    const { transport, name } = await open()
    const folder = name.replace(/[^/]*$/, '')
    expect(await transport.list(folder, never)).toContain(name)
    expect(await transport.list(name, never)).toEqual([name])
    expect(await transport.list(`${folder}nobody`, never)).toEqual([])
  })

  test('it is read whole or not at all, and what is not there is absent', async () => {
    const place = await open()
    const bytes = await read(place)
    expect(bytes).toEqual(await place.with(0))
    const { transport, name } = place
    expect((await transport.read(name, bytes.length, never))?.length).toBe(bytes.length)
    expect(await codeOfPromise(transport.read(name, bytes.length - 1, never))).toBe('source/too-large')
    expect(await transport.read(name.replace('root', 'toor').replace('payload', 'daolyap'), 1000, never)).toBe(
      undefined,
    )
  })

  test('a signature is added, and the payload is the same to the byte', async () => {
    const place = await open()
    const before = await read(place)
    const after = await place.with(1)
    await write(place, after, before)
    const now = await read(place)
    expect(signaturesOf(now)).toEqual(signaturesOf(after))
    expect(signaturesOf(now).length).toBe(signaturesOf(before).length + 1)
    expect(parseEnvelope(now, 'it').payload).toEqual(parseEnvelope(before, 'it').payload)
  })

  test('onto another change than the one that was read nothing is signed', async () => {
    const place = await open()
    const before = await read(place)
    const after = await place.with(1)
    await place.replaced(await root(0, 300))
    const thrown = await write(place, after, before).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(AppError)
    expect(thrown).toMatchObject({ code: 'source/conflict', hint: expect.any(String) })
    const payloadOf = (bytes: Uint8Array) => parseUtf8(parseEnvelope(bytes, 'it').payload, 'it')
    expect(payloadOf(await read(place))).not.toBe(payloadOf(before))
    expect(signaturesOf(await read(place))).not.toEqual(signaturesOf(after))
  })

  test('two who sign at once: none is told that it signed, and lost', async () => {
    const place = await open()
    const before = await read(place)
    const [one, both] = [await place.with(1), await place.with(2)]
    const known = signaturesOf(one).map(({ keyid }) => keyid)
    const second = signaturesOf(both).find(({ keyid }) => !known.includes(keyid)) as TufSignature
    const other = insertSignature(before, second.keyid, second.sig)
    const codes = await Promise.all([one, other].map((bytes) => codeOfPromise(write(place, bytes, before))))
    expect(codes).toContain('ok')
    expect(codes.every((code) => code === 'ok' || code === 'source/conflict')).toBe(true)
    const there = signaturesOf(await read(place)).map(({ keyid }) => keyid)
    const first = signaturesOf(one).at(-1) as TufSignature
    for (const [at, { keyid }] of [first, second].entries()) if (codes[at] === 'ok') expect(there).toContain(keyid)
  })

  test('whoever gives up before it begins has changed nothing', async () => {
    const place = await open()
    const before = await read(place)
    const stopped = AbortSignal.abort()
    expect(await codeOfPromise(write(place, await place.with(1), before, stopped))).not.toBe('ok')
    expect(await read(place)).toEqual(before)
  })
})
