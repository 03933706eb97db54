// Content on its way to where a registry wants it: whole or not at all, with nothing of ours but what is for the registry itself.

import { createHash } from 'node:crypto'
import { isIP, type LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import { digestOf } from '../../../../src/core/systems/warg/encoding/digest.ts'
import { packageLogId } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { sendingBytes } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { sendingName } from '../../../../src/core/systems/warg/files.ts'
import { uploadTo } from '../../../../src/node/transports/warg/upload.ts'
import { never } from '../../../support/repository.ts'
import { makeAuthority, serveSecurely } from '../../../support/secure-server.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { bytes, contentOf, digest, posts, release, send, sendFiles, uploads } from './sending.ts'
import { stage } from './stage.ts'

describe('content', () => {
  test('by PUT, to another server that the registry names, without our token', async () => {
    const made = await stage({ token: 'secret' })
    const other = await stage()
    made.registry.taking.uploads = 'PUT'
    made.registry.lie('upload-url', `${other.registry.url}v1/elsewhere`)
    other.registry.lie('answer', { path: 'elsewhere', status: 201, text: '' })
    made.registry.lie('upload-headers', { Authorization: 'Bearer for-this', 'Content-Type': 'application/wasm' })
    const [, error] = await send(made, { ...contentOf(), access: { bearer: async () => 'secret' } })
    const [upload, second] = other.registry.asked
    expect([upload?.method, upload?.headers.authorization, upload?.headers['content-type']]).toEqual([
      'PUT',
      'Bearer for-this',
      'application/wasm',
    ])
    expect(new Uint8Array(upload?.body ?? [])).toEqual(bytes)
    // The registry never hears of it, so it is sent once more, and then no more.
    expect([second?.method, other.registry.asked.length, error?.code]).toEqual(['PUT', 2, 'source/rejected'])
  })

  test('to another server with nothing at all, where nothing is asked for', async () => {
    const made = await stage({ token: 'secret' })
    const other = await stage()
    made.registry.lie('upload-url', `${other.registry.url}v1/elsewhere`)
    other.registry.lie('answer', { path: 'elsewhere', status: 201, text: '' })
    await send(made, { ...contentOf(), access: { bearer: async () => 'secret' } })
    expect(other.registry.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })

  test('to another server that nobody vouches for but the authority of the registry', async () => {
    const authority = await makeAuthority()
    let asked = 0
    const url = await serveSecurely(authority, (_, response) => {
      asked++
      response.writeHead(201).end()
    })
    const made = await stage()
    made.registry.lie('upload-url', `${url}upload`)
    expect((await send(made, { ...contentOf(), access: { ca: authority.pem } }))[0]).toBe('source/unreachable')
    expect(asked).toBe(0)
  })

  test('to the registry itself with our token', async () => {
    const made = await stage({ token: 'secret' })
    expect((await send(made, { ...contentOf(), access: { bearer: async () => 'secret' } }))[0]).toBe('ok')
    expect(uploads(made)[0]?.headers.authorization).toBe('Bearer secret')
  })

  test.each<[string, Record<string, string>]>([
    ['a cookie', { cookie: 'a=b' }],
    ['a host', { Host: 'elsewhere.example.com' }],
    ['a length', { 'Content-Length': '1' }],
    ['a header in a value', { authorization: 'x\r\nx-other: y' }],
    ['the name in the place of the value', { authorization: 'ä' }],
  ])('%s is not sent along', async (_, headers) => {
    const made = await stage()
    made.registry.lie('upload-headers', headers)
    expect((await send(made))[0]).toBe('source/rejected')
    expect(uploads(made)).toEqual([])
  })

  test.each([
    'http://registry.example.com/upload',
    'ftp://127.0.0.1/upload',
    'https://me:secret@registry.example.com/',
    'file:///etc/passwd',
    'http://[',
  ])('is not sent to %s', async (url) => {
    const made = await stage()
    made.registry.lie('upload-url', url)
    expect((await send(made))[0]).toBe('source/rejected')
    expect(uploads(made)).toEqual([])
  })

  test.each<[string, Uint8Array, number]>([
    ['other bytes of the same length', utf8('A component, in three pieces'), bytes.length],
    ['fewer bytes', bytes.subarray(0, 20), bytes.length],
    ['more bytes', utf8('a component, in three pieces!'), bytes.length],
    ['another length', bytes.subarray(0, 20), 20],
    ['a greater length', bytes, bytes.length + 1],
    ['a smaller length', bytes, bytes.length - 1],
  ])('%s than the record names never arrive whole', async (_, is, size) => {
    const made = await stage()
    expect((await send(made, contentOf(is, size)))[0]).toBe('source/conflict')
    expect([uploads(made).length, made.registry.taking.contents.has(digest)]).toEqual([0, false])
  })

  test('of a registry on the web is not sent to what listens here', async () => {
    const { registry } = await stage()
    const place = { method: 'POST', url: `${registry.url}v1/x`, headers: new Map() } as const
    const content = await contentOf().content(digest)
    if (content === undefined) throw new Error('no content')
    const base = new URL('https://registry.example.com/')
    expect(await codeOfPromise(uploadTo(digest, place, content, { base, access: {} }, never))).toBe('source/rejected')
    expect(registry.asked).toEqual([])
  })

  describe('where the registry is on the web, to what stands beside this machine', () => {
    /** By name, as a hostile server of names answers. */
    const lookup =
      (...addresses: string[]): LookupFunction =>
      (_, { all }, done) => {
        const list = addresses.map((address) => ({ address, family: isIP(address) }))
        if (all === true) done(null, list)
        else done(null, list[0]?.address ?? '', list[0]?.family)
      }
    const upload = async (base: string, url: string, found: LookupFunction = lookup()) => {
      const place = { method: 'POST', url, headers: new Map() } as const
      const content = await contentOf().content(digest)
      if (content === undefined) throw new Error('no content')
      const how = { base: new URL(base), access: {}, lookup: found }
      return codeOfPromise(uploadTo(digest, place, content, how, never))
    }

    test.each([
      'https://localhost:9/',
      'https://127.0.0.1:9/',
      'https://127.1:9/',
      'https://2130706433:9/',
      'https://0.0.0.0:9/',
      'https://10.0.0.1:9/',
      'https://100.64.0.1:9/',
      'https://169.254.169.254/latest/',
      'https://172.31.255.255:9/',
      'https://192.168.1.1:9/',
      'https://[::]:9/',
      'https://[::1]:9/',
      'https://[::ffff:10.0.0.1]:9/',
      'https://[fd00::1]:9/',
      'https://[fe80::1]:9/',
    ])('not to %s', async (url) => {
      expect(await upload('https://192.0.2.1/', url)).toBe('source/rejected')
    })

    test.each([[['127.0.0.1']], [['192.0.2.2', '10.0.0.1']], [['::1']], [['::ffff:192.168.1.1']]])(
      'not to a name with the addresses %j',
      async (addresses) => {
        expect(await upload('https://192.0.2.1/', 'https://in.example.com:9/', lookup(...addresses))).toBe(
          'source/rejected',
        )
      },
    )

    test('but where the registry itself stands there', async () => {
      const named = lookup('127.0.0.1')
      expect(await upload('https://127.0.0.1/', 'https://127.0.0.1:9/')).toBe('source/unreachable')
      expect(await upload('https://in.example.com/', 'https://127.0.0.1:9/', named)).toBe('source/unreachable')
      // A name that is on the web as well is of both.
      const both = lookup('192.0.2.1', '10.0.0.1')
      expect(await upload('https://in.example.com/', 'https://127.0.0.1:9/', both)).toBe('source/rejected')
    })
  })

  test('that cannot be read here leaves the record there, and that is said', async () => {
    const made = await stage()
    const content = async () => {
      throw new AppError({ code: 'source/too-large', message: 'it is too large' })
    }
    const [code, error] = await send(made, { content })
    expect([code, error?.data?.isSent]).toEqual(['source/too-large', true])
  })

  test('that grows is not read on', async () => {
    const made = await stage()
    let pieces = 0
    const stream = async function* () {
      for (; pieces < 1000; pieces++) yield bytes
    }
    const content = async () => ({ size: bytes.length, stream })
    expect((await send(made, { content }))[0]).toBe('source/conflict')
    expect(pieces).toBeLessThan(5)
  })

  test('to the registry itself with the token that it gave for this, and not with ours', async () => {
    const made = await stage()
    made.registry.lie('upload-headers', { authorization: 'Bearer for-this' })
    expect((await send(made, { ...contentOf(), access: { bearer: async () => 'secret' } }))[0]).toBe('ok')
    expect(uploads(made)[0]?.headers.authorization).toBe('Bearer for-this')
  })

  test('that is said to be taken and missed still', async () => {
    const made = await stage()
    made.registry.lie('forgets-content')
    const counted = contentOf()
    expect((await send(made, counted))[0]).toBe('source/rejected')
    expect([counted.streams(), uploads(made).length]).toEqual([2, 2])
  })

  test('that a line broke under is sent once more', async () => {
    const made = await stage()
    const upload = made.registry.taking.upload.bind(made.registry.taking)
    let times = 0
    made.registry.taking.upload = (...asked) => {
      if (times++ === 0) throw new Error('it broke')
      upload(...asked)
    }
    expect((await send(made))[0]).toBe('ok')
    expect(uploads(made)).toHaveLength(2)
  })

  test('after which the registry knows nothing of the record: it may have it all the same', async () => {
    const made = await stage()
    const upload = made.registry.taking.upload.bind(made.registry.taking)
    made.registry.taking.upload = (...asked) => {
      upload(...asked)
      made.registry.taking.taken.clear()
    }
    const [code, error] = await send(made)
    expect([code, error?.data?.isSent]).toEqual(['source/conflict', true])
  })

  test('that is refused leaves the record where it is', async () => {
    const made = await stage()
    const { files } = await release(made)
    const url = `${made.registry.url}v1/full`
    made.registry.lie('upload-url', url)
    made.registry.lie('answer', { path: 'full', status: 413, text: '{"status":413,"message":"too much"}' })
    expect((await sendFiles(made.open(contentOf()), files))[0]).toBe('source/too-large')
    made.registry.beHonest()
    expect(await sendFiles(made.open(contentOf()), files)).toEqual(['ok'])
    expect(posts(made)).toBe(1)
  })

  test('without a way that is known here', async () => {
    const made = await stage()
    const { files, recordId } = await release(made)
    const path = `package/${packageLogId(made.hello)}/record/${recordId}`
    const upload = [{ type: 'carrierPigeon', loft: 7 }]
    const text = JSON.stringify({ recordId, state: 'sourcing', missingContent: { [digest]: { upload } } })
    made.registry.lie('answer', { path, status: 200, text })
    expect((await sendFiles(made.open(contentOf()), files))[0]).toBe('format/unsupported')
  })

  test('that the record does not release is not sent, and nothing else then', async () => {
    const made = await stage()
    const { files, recordId } = await release(made)
    const path = `package/${packageLogId(made.hello)}/record/${recordId}`
    const other = digestOf(utf8('what is released next week'))
    const upload = [{ type: 'http', method: 'POST', url: 'v1/elsewhere' }]
    const missingContent = { [digest]: { upload }, [other]: { upload } }
    made.registry.lie('answer', {
      path,
      status: 200,
      text: JSON.stringify({ recordId, state: 'sourcing', missingContent }),
    })
    const asked: string[] = []
    const content = async (one: string) => {
      asked.push(one)
      return { size: bytes.length, stream: async function* () {} }
    }
    const [code, error] = await sendFiles(made.open({ content }), files)
    expect([code, error?.data?.digest, error?.data?.isSent]).toEqual(['source/rejected', other, true])
    expect([asked, made.registry.askedFor('elsewhere')]).toEqual([[], []])
  })

  test('of nothing at all', async () => {
    const made = await stage()
    const empty = `sha256:${createHash('sha256').digest('hex')}`
    const envelope = made.registry.history.signed(made.hello, made.ana, [
      { kind: 'release', version: '2.0.0', digest: empty },
    ])
    const files = new Map([[sendingName(made.hello), sendingBytes({ packageName: made.hello, envelope })]])
    const content = async () => ({ size: 0, stream: async function* () {} })
    expect(await sendFiles(made.open({ content }), files)).toEqual(['ok'])
    expect(made.registry.taking.contents.get(empty)).toEqual(new Uint8Array(0))
  })
})
