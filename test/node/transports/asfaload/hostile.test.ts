// A backend that is broken, slow to tell the truth, or means harm: nothing it says is believed, and nothing is signed that was not read.
import { beforeEach, describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { maxBytes } from '../../../../src/core/systems/asfaload/names.ts'
import { parseAsfaloadAddress } from '../../../../src/node/transports/asfaload/address.ts'
import { type ApiOptions, asfaloadApi } from '../../../../src/node/transports/asfaload/api.ts'
import { thisMoment } from '../../../../src/node/transports/asfaload/authorization.ts'
import { lookAround } from '../../../../src/node/transports/asfaload/look.ts'
import { indexText, type Person, people } from '../../../core/systems/asfaload/people.ts'
import type { BackendFaults } from '../../../support/asfaload-backend.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { again, authorizer, founded, path, release, type Stage } from './stage.ts'

let ana: Person
let bo: Person
let made: Stage
let file: string
const other = indexText('cd'.repeat(32))

/** Founded once: each test then has a backend of its own. */
let first: Stage | undefined

beforeEach(async () => {
  if (first === undefined) {
    const all = await people('ana', 'bo')
    ;[ana, bo] = [all.ana, all.bo]
    first = await founded(2, { artifact: [[2, ana, bo]] }, ana, bo)
  }
  made = await again(first)
  file = made.folder + path
  made.backend.wait(file, indexText())
})

function api(options: ApiOptions = {}) {
  const address = parseAsfaloadAddress(`asfaload+${made.backend.origin}${made.folder}`)
  return asfaloadApi(address, { authorizer: authorizer(ana, 2), ...options })
}

const signing = () => codeOfPromise(made.sign(release, ana))
const sent = () => made.backend.posts().length

describe('signed questions', () => {
  test('whole seconds, their own offset, a nonce of version 4, and the body as it goes out', async () => {
    const now = new Date(Math.floor(Date.now() / 1000) * 1000 + 789)
    await api({ moment: () => ({ ...thisMoment(), now }) }).pending(never)
    const { headers } = made.backend.asked[0] ?? {}
    expect(headers?.['x-asfld-timestamp']).toBe(`${now.toISOString().slice(0, 19)}+00:00`)
    expect(headers?.['x-asfld-pk']).toBe(ana.text(2))
  })

  test('a nonce counts once, and a time for five minutes', async () => {
    const { nonce } = thisMoment()
    const again = api({ moment: () => ({ ...thisMoment(), nonce }) })
    await again.pending(never)
    expect(await codeOfPromise(again.pending(never))).toBe('source/rejected')
    const at = (seconds: number) =>
      codeOfPromise(
        api({ moment: () => ({ ...thisMoment(), now: new Date(Date.now() + seconds * 1000) }) }).pending(never),
      )
    expect([await at(-360), await at(-240), await at(5), await at(30)]).toEqual([
      'source/rejected',
      'ok',
      'ok',
      'source/rejected',
    ])
  })

  test('what a backend would not read is signed by nobody', async () => {
    let signed = 0
    const counting = { ...authorizer(ana, 2), sign: async () => new Uint8Array(++signed) }
    const body = { text: 'x'.repeat(1024 * 1024) }
    const asked = api({ authorizer: counting }).ask({ what: 'this', path: 'revoke', body, signed: 'always' }, never)
    expect([await codeOfPromise(asked), signed, sent()]).toEqual(['source/too-large', 0, 0])
  })

  test('a key that answers with anything else than its signature: nothing is sent', async () => {
    const wrong = { ...authorizer(ana, 2), sign: authorizer(bo, 2).sign }
    expect(await codeOfPromise(api({ authorizer: wrong }).pending(never))).toBe('signer/failed')
    expect(made.backend.asked).toEqual([])
  })

  test('without a key nothing is sent that must be signed', async () => {
    const question = { what: 'this', path: 'signatures', body: {}, signed: 'always' } as const
    const { authorizer: _none, ...address } = api()
    const asked = asfaloadApi(address.address).ask(question, never)
    expect([await codeOfPromise(asked), sent()]).toEqual(['usage/invalid', 0])
  })
})

describe('a backend that would have something else signed', () => {
  test('it lists another digest than that of what it serves', async () => {
    made.backend.faults.lists = (all) => all.map((one) => ({ ...one, digest: `sha512:${'ab'.repeat(64)}` }))
    expect([await signing(), sent()]).toEqual(['trust/changed', 0])
  })

  test('names that lead elsewhere are refused, and those of other projects left alone', async () => {
    const digest = `sha512:${'ab'.repeat(64)}`
    made.backend.faults.lists = (all) => [...all, { path: 'https/github.com/443/o/p/asfaload.index.json', digest }]
    expect((await made.pending(made.as(ana))).proposals.map(({ subject }) => subject)).toEqual([release])
    expect(
      made.backend.asked.some(
        ({ path }) => path.includes('/o/p/') || path === `files/${made.folder}asfaload.index.json`,
      ),
    ).toBe(false)
    made.backend.faults.lists = (all) => [...all, { path: `${made.folder}../x`, digest }]
    expect(await signing()).toBe('source/rejected')
    made.backend.faults.lists = (all) => [...all, { path: `${made.folder}x`, digest: 'md5:00' }]
    expect([await signing(), sent()]).toEqual(['format/malformed', 0])
  })

  test('names of megabytes, and thousands of them, are refused before anything is read of them', async () => {
    const digest = `sha512:${'ab'.repeat(64)}`
    const files = () => made.backend.asked.filter((one) => one.path.startsWith('files/')).length
    const named = (name: string) => ({ path: made.folder + name, digest })
    for (const [names, code] of [
      [['a/'.repeat(1_500_000)], 'source/rejected'],
      [['v1/x.signers.json'], 'format/malformed'],
      [['v1/x.revocation.json.pending.pending'], 'format/malformed'],
      [Array.from({ length: 301 }, (_, at) => `v${at}/x`), 'source/too-large'],
      [['v1/x.revocation.json.pending'], 'ok'],
    ] as const) {
      made.backend.faults.lists = () => names.map(named)
      const before = files()
      expect(await codeOfPromise(made.as(ana).list('', never))).toBe(code)
      if (code !== 'ok') expect(files()).toBe(before)
    }
    const elsewhere = { path: `https/github.com/443/o/p/${'x'.repeat(5000)}`, digest }
    made.backend.faults.lists = () => Array.from({ length: 301 }, () => elsewhere)
    expect(await codeOfPromise(made.as(ana).list('', never))).toBe('ok')
  })

  test('signed together: other bytes, or one file more', async () => {
    made.backend.register(
      made.folder,
      utf8(new TextDecoder().decode(made.context.anchor).replace('2026-01-01', '2026-02-01')),
    )
    for (const change of [
      (files: Record<string, string>) => ({ ...files, [Object.keys(files)[1] ?? '']: 'AAAA' }),
      (files: Record<string, string>) => ({ ...files, [`${made.folder}more`]: 'AAAA' }),
    ]) {
      made.backend.faults.filesToSign = change
      expect([await codeOfPromise(made.sign('signers', ana)), sent()]).toEqual(['trust/changed', 0])
    }
    delete made.backend.faults.filesToSign
    expect(await codeOfPromise(made.sign('signers', ana))).toBe('ok')
  })

  test('a key that signs unasked signs a few questions, however much is listed and however often it is looked at', async () => {
    const early = await again(made, { hasDigests: false })
    const names = Array.from({ length: 20 }, (_, at) => `${early.folder}v${at}/asfaload.index.json`)
    for (const name of names) early.backend.wait(name, indexText())
    early.backend.register(
      early.folder,
      utf8(new TextDecoder().decode(made.context.anchor).replace('2026-01-01', '2026-02-01')),
    )
    const source = early.as(ana)
    const asked = () => early.backend.signedQuestions().filter((one) => one.startsWith('files-to-sign/'))
    await early.pending(source)
    const first = asked()
    expect(first.length).toBeLessThan(10)
    // What changes who decides comes before everything that a backend can think up.
    expect(first[0]).toBe(`files-to-sign/${early.folder}asfaload.signers.pending/index.json`)
    await early.pending(source)
    expect(asked()).toEqual(first)
  })

  test('another file while a person signs, and after', async () => {
    const signer = {
      ...ana.signer,
      sign: async (message: Uint8Array, signal: AbortSignal) => {
        made.backend.put(file, other)
        return ana.signer.sign(message, signal)
      },
    }
    expect([await codeOfPromise(made.sign(release, { ...ana, signer }, made.as(ana))), sent()]).toEqual([
      'trust/changed',
      0,
    ])
    made.backend.put(file, indexText())
    made.backend.faults.arrived = () => made.backend.put(file, other)
    expect([await signing(), sent()]).toEqual(['trust/changed', 1])
  })

  test('a signers file of somebody else on the way to a release', async () => {
    made.backend.put(`${made.folder}releases/asfaload.signers/index.json`, '{}')
    expect([await signing(), sent()]).toEqual(['trust/changed', 0])
  })
})

describe('what it says of a signature', () => {
  test('taken, and not there', async () => {
    made.backend.faults.forgets = true
    expect(await signing()).toBe('source/rejected')
  })

  test('sent, and then it falls silent: the error says so, and nobody signs twice', async () => {
    made.backend.faults.arrived = () => {
      made.backend.faults.answer = { path: 'files/', status: 503, text: '' }
    }
    expect([await signing(), sent()]).toEqual(['source/unreachable', 1])
    delete made.backend.faults.answer
    const source = made.as(ana, {}, { releases: [path] })
    expect([await codeOfPromise(made.sign(release, ana, source)), sent()]).toEqual(['usage/invalid', 1])
  })

  test('complete or not: what it serves decides', async () => {
    made.backend.faults.lies = true
    for (const [person, kind] of [
      [ana, 'waits'],
      [bo, 'published'],
    ] as const) {
      const source = made.as(person)
      const { digest } = await made.one(release, source)
      await made.sign(release, person, source)
      expect(await source.outcome(release, digest, never)).toEqual({ kind })
    }
  })

  test('signed elsewhere by the same key meanwhile, or complete meanwhile', async () => {
    const late = made.as(ana)
    await made.one(release, late)
    const signer = {
      ...ana.signer,
      sign: async (message: Uint8Array, signal: AbortSignal) => {
        await made.sign(release, ana)
        return ana.signer.sign(message, signal)
      },
    }
    expect([await codeOfPromise(made.sign(release, { ...ana, signer }, late)), sent()]).toEqual(['source/conflict', 1])
    const gone = {
      ...bo.signer,
      sign: async (message: Uint8Array, signal: AbortSignal) => {
        made.backend.files.delete(`${file}.signatures.json.pending`)
        return bo.signer.sign(message, signal)
      },
    }
    const kept = made.backend.files.get(`${file}.signatures.json.pending`) ?? ''
    expect([await codeOfPromise(made.sign(release, { ...bo, signer: gone }, made.as(bo))), sent()]).toEqual([
      'source/conflict',
      1,
    ])
    made.backend.put(`${file}.signatures.json.pending`, kept)
    made.backend.faults.answer = { path: 'signatures', status: 409, text: '{"error":"Signature already collected: x"}' }
    expect(await codeOfPromise(made.sign(release, bo))).toBe('source/conflict')
  })

  test('everything but a clear yes is a refusal', async () => {
    const answers: [number, string, string][] = [
      [200, '{"is_complete":"yes"}', 'format/malformed'],
      [200, '[]', 'format/malformed'],
      [200, '{"is_complete":true,"is_complete":false}', 'format/malformed'],
      [200, 'x'.repeat(1024 * 1024 + 1), 'source/too-large'],
      [200, '<html>', 'source/rejected'],
      [302, '', 'source/rejected'],
      [400, '{"error":"no “such” file\\u202e"}', 'source/rejected'],
      [403, '{}', 'source/rejected'],
      [413, '', 'source/too-large'],
      [422, 'missing field', 'source/rejected'],
      [429, '', 'source/unreachable'],
      [503, '{"error":"later"}', 'source/unreachable'],
    ]
    for (const [at, [status, text, code]] of answers.entries()) {
      const headers = status === 302 ? { headers: { location: 'https://127.0.0.1:1/elsewhere' } } : {}
      made.backend.faults.answer = { path: 'signatures', status, text, ...headers }
      expect([status, text.slice(0, 60), await signing(), sent()]).toEqual([status, text.slice(0, 60), code, at + 1])
    }
  })
})

describe('a look', () => {
  const most = new Uint8Array(maxBytes.history)
  /** Every file is there, and as large as it may be. */
  async function seen(
    count: number,
    size = (limit: number) => limit,
    name = (at: number) => `v${at}/asfaload.index.json`,
  ) {
    const limits = new Map<string, number>()
    let bytes = 0
    const filled = {
      ...asfaloadApi(api().address),
      file: async (path: string, limit: number) => {
        limits.set(path.slice(made.folder.length), limit)
        bytes += size(limit)
        return most.subarray(0, size(limit))
      },
    }
    const names = Array.from({ length: count }, (_, at) => made.folder + name(at))
    const code = await codeOfPromise(lookAround(filled, [], names, never))
    return { code, bytes, limits }
  }

  test('50 releases that were small once do not fill the memory, nor do folders in folders', async () => {
    const large = await seen(50)
    expect(large.code).toBe('source/too-large')
    expect(large.bytes).toBeLessThan(400 * 1024 * 1024)
    expect((await seen(50, () => 10_000)).code).toBe('ok')
    const deep = await seen(
      50,
      () => 10,
      (at) => `${at}/${'a/'.repeat(400)}x`,
    )
    expect([deep.code, deep.limits.size < 10_000]).toEqual(['source/too-large', true])
  })

  test('each file has the limit of its kind', async () => {
    const { limits } = await seen(1, () => 10)
    const index = 'v0/asfaload.index.json'
    const { signers, signatures, revocation, metadata, history } = maxBytes
    for (const [name, limit] of [
      [index, maxBytes.index],
      [`${index}.signers.json`, signers],
      [`${index}.signatures.json.revoked`, signatures],
      [`${index}.revocation.json`, revocation],
      [`${index}.revocation.json.pending`, revocation],
      [`${index}.revocation.json.signers.json`, signers],
      ['v0/asfaload.signers/index.json', signers],
      ['asfaload.signers.pending/index.json', signers],
      ['asfaload.signers/metadata.json', metadata],
      ['asfaload.signers.history.json', history],
    ] as const)
      expect([name, limits.get(name)]).toEqual([name, limit])
  })
})

describe('files', () => {
  const read = (limit: number = maxBytes.index) => codeOfPromise(made.as().read(file, limit, never))

  test('anything else than a file, or that it is not there, is an error', async () => {
    const answers: [number, string, string, string][] = [
      [404, '', 'text/plain', 'source/not-found'],
      [404, '<p>', 'text/html', 'source/rejected'],
      [200, '<p>', 'text/html; charset=utf-8', 'source/rejected'],
      [301, '', 'text/plain', 'source/rejected'],
      [403, '{"error":"no"}', 'application/json', 'source/rejected'],
      [500, '{"error":"no"}', 'application/json', 'source/unreachable'],
    ]
    for (const [status, text, type, code] of answers) {
      made.backend.faults.answer = { path: 'files/', status, text, type }
      expect([status, text, await read()]).toEqual([status, text, code])
    }
  })

  test('absent only in its own words; never longer than allowed', async () => {
    expect(await made.as().read(`${made.folder}none`, 10, never)).toBeUndefined()
    expect(await read(10)).toBe('source/too-large')
    const odd = `${made.folder}a %2e?#x`
    made.backend.put(odd, 'odd')
    expect(await made.as().read(odd, 10, never)).toEqual(utf8('odd'))
    expect(await codeOfPromise(made.as().read(`${made.folder}a/../b`, 10, never))).toBe('source/rejected')
    expect(made.backend.asked.at(-1)?.path).not.toContain('/b')
  })
})

test('whether it is a backend at all', async () => {
  const answers: [BackendFaults['answer'], string][] = [
    [{ path: '', status: 404, text: '' }, 'source/rejected'],
    [{ path: 'ping', status: 200, text: '{"message":"hello"}' }, 'source/rejected'],
    [{ path: 'ping', status: 200, text: '{"message":"pong"' }, 'source/rejected'],
    [{ path: 'ping', status: 502, text: '' }, 'source/unreachable'],
    [{ path: 'ping', status: 401, text: '{"error":"Missing authentication headers"}' }, 'ok'],
  ]
  for (const [answer, code] of answers) {
    if (answer !== undefined) made.backend.faults.answer = answer
    expect([answer?.text, await codeOfPromise(made.as().list('', never))]).toEqual([answer?.text, code])
  }
})
