// Blocks and their names: one form of each value, hashed whoever brought it, and every other input by the name of its refusal.
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as fc from 'fast-check'
import { base32 } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { beforeAll, describe, expect, test } from 'vitest'
import { concatBytes, utf8 } from '../../../../src/core/bytes.ts'
import { Reading, readBlock } from '../../../../src/core/systems/merkle/blocks.ts'
import { codecs, type Link, linkOf, parseLink } from '../../../../src/core/systems/merkle/cid.ts'
import { type DagValue, dagJsonBytes, encodeDagJson, parseDag } from '../../../../src/core/systems/merkle/dag-value.ts'
import { type DocumentType, parseDocument } from '../../../../src/core/systems/merkle/document.ts'
import {
  cidOf,
  envelope,
  expires,
  History,
  linkTo,
  type Person,
  person,
  rootFields,
  Store,
  targetsFields,
} from '../../../support/merkle.ts'
import { faultOfCall, faultOfPromise } from '../../../support/thrown.ts'

const json = (text: string): Uint8Array => utf8(text)
const parseJson = (text: string) => () => parseDag(json(text), 'dag-json', 'a block')
const parseCbor = (bytes: Uint8Array) => () => parseDag(bytes, 'dag-cbor', 'a block')

describe('identifiers', () => {
  test.each([
    ['dag-json', dagJson.encode([2]), 0x0129, 'baguqeeraaoewnxu7nonjagzawtdmvczkiyaj73v6amn2xscc2q3jbqf4eivq'],
    ['dag-cbor', dagCbor.encode([2]), 0x71, 'bafyreihdb57fdysx5h35urvxz64ros7zvywshber7id6t6c6fek37jgyfe'],
  ])('the fixture of %s has the identifier that is given', (_, bytes, codec, cid) => {
    expect(linkOf(bytes, codec)).toEqual({ cid, codec })
    expect(parseLink(cid, 'it')).toEqual({ cid, codec })
  })

  const digest = linkOf(json('x'), codecs.dagJson)
  const bytesOf = (code: number, length: number): Uint8Array =>
    CID.createV1(codecs.dagJson, create(code, new Uint8Array(length).fill(7))).bytes
  const v1 = CID.parse(digest.cid)
  const text = (bytes: Uint8Array): string => base32.encode(bytes)

  test.each([
    ['version 0', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', 'cid-version'],
    ['no CID', 'bogus', 'cid-text'],
    ['nothing', '', 'cid-text'],
    ['capital letters', digest.cid.toUpperCase(), 'cid-text'],
    ['identity', text(bytesOf(0, 32)), 'cid-hash'],
    ['identity, short', text(bytesOf(0, 4)), 'cid-hash'],
    ['sha1', text(bytesOf(0x11, 20)), 'cid-hash'],
    ['sha2-512', text(bytesOf(0x13, 64)), 'cid-hash'],
    ['a shortened digest', text(bytesOf(0x12, 20)), 'cid-hash'],
    ['a number that is longer than it must be', text(longer(v1)), 'cid-text'],
  ])('%s is refused', (_, text, fault) => {
    expect(faultOfCall(() => parseLink(text, 'it'))).toBe(fault)
    expect(faultOfCall(parseJson(`{"a":{"/":${JSON.stringify(text)}}}`))).not.toBe('ok')
  })

  /** The same digest, its codec written with a byte too many. */
  function longer(cid: CID): Uint8Array {
    return concatBytes(Uint8Array.of(1, 0xa9, 0x82, 0x00), cid.multihash.bytes)
  }

  test('another base is refused', () => {
    expect(faultOfCall(() => parseLink(v1.toString(base58btc), 'it'))).toBe('cid-text')
    expect(faultOfCall(parseJson(`{"a":{"/":"${v1.toString(base58btc)}"}}`))).toBe('not-canonical')
  })
})

describe('DAG-JSON', () => {
  test.each([
    ['white space', '{"a": 1}', 'not-canonical'],
    ['a last newline', '[2]\n', 'not-canonical'],
    ['keys out of order', '{"b":1,"a":2}', 'not-canonical'],
    ['a key twice', '{"a":1,"a":2}', 'not-canonical'],
    ['1.0', '[1.0]', 'not-canonical'],
    ['1e3', '[1e3]', 'not-canonical'],
    ['-0', '[-0]', 'not-canonical'],
    ['a needless escape', '["\\u0061"]', 'not-canonical'],
    ['an escaped slash', '["\\/"]', 'not-canonical'],
    ['half a character', '["\\ud800"]', 'not-canonical'],
    ['bytes that are no UTF-8', '\xff', 'not-canonical'],
    ['more behind it', '[2][3]', 'not-canonical'],
    ['nothing', '', 'not-canonical'],
    ['NaN', '[NaN]', 'not-canonical'],
    ['a fraction', '[1.5]', 'bad-number'],
    ['2^53', '[9007199254740992]', 'bad-number'],
    ['beyond 2^53', '[9007199254740993]', 'bad-number'],
    ['-2^53', '[-9007199254740992]', 'bad-number'],
    ['bytes', '{"a":{"/":{"bytes":"AQ"}}}', 'bytes-value'],
    ['a user’s “/” with a number', '{"/":1}', 'slash-key'],
    ['a user’s “/” with a map', '{"/":{"a":1}}', 'slash-key'],
    ['a user’s “/” beside others', '{"/":"x","a":1}', 'not-canonical'],
    ['a user’s “/” that is no link', '{"/":"x"}', 'not-canonical'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, 'too-deep'],
    ['a million levels', '['.repeat(1_000_000), 'too-deep'],
  ])('%s is refused', (_, text, fault) => {
    const bytes = text === '\xff' ? Uint8Array.of(0x22, 0xff, 0x22) : json(text)
    expect(faultOfCall(() => parseDag(bytes, 'dag-json', 'it'))).toBe(fault)
  })

  test.each(['{"a":1,"b":[]}', '[9007199254740991,-9007199254740991]', '{"":{"__proto__":null}}', '"é\\n\\u0001"'])(
    '%s is read',
    (text) => {
      expect(faultOfCall(parseJson(text))).toBe('ok')
    },
  )

  test('keys stand in the order of their UTF-8, where UTF-16 has another', () => {
    const [pair, high] = ['\u{10000}', '\uffff']
    expect(pair < high).toBe(true)
    expect(faultOfCall(parseJson(`{"${high}":1,"${pair}":2}`))).toBe('ok')
    expect(faultOfCall(parseJson(`{"${pair}":2,"${high}":1}`))).toBe('not-canonical')
  })

  const value = fc.letrec<{ value: DagValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.string({ unit: 'binary' }).filter((text) => !/\p{Surrogate}/u.test(text)),
      fc.uint8Array().map((bytes) => linkOf(bytes, codecs.raw)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(
          fc.tuple(
            fc.string().filter((key) => key !== '/'),
            tie('value'),
          ),
          { maxLength: 4 },
        )
        .map((members) => new Map(members)),
    ),
  })).value

  test('what is written is read again, and is what the field’s library writes', () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeDagJson(one, 'it')
        expect(parseDag(bytes, 'dag-json', 'it')).toEqual(one)
        expect(bytes).toEqual(new Uint8Array(dagJson.encode(plain(one))))
      }),
      { numRuns: 300 },
    )
  })

  test('no other bytes are read as the same value', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, bits) => {
        const bytes = dagJsonBytes(one)
        const other = bytes.slice()
        other[at % bytes.length] = (other[at % bytes.length] ?? 0) ^ bits
        let read: DagValue
        try {
          read = parseDag(other, 'dag-json', 'it')
        } catch {
          return
        }
        expect(read).not.toEqual(one)
      }),
      { numRuns: 500 },
    )
  })

  test('what is made here is refused like what is read', () => {
    expect(faultOfCall(() => encodeDagJson(new Map([['/', 1]]), 'it'))).toBe('slash-key')
    expect(faultOfCall(() => encodeDagJson([0.5], 'it'))).toBe('bad-number')
  })

  function plain(one: DagValue): unknown {
    if (one instanceof Map) return Object.fromEntries([...one].map(([key, member]) => [key, plain(member)]))
    if (Array.isArray(one)) return one.map(plain)
    return typeof one === 'object' && one !== null && 'cid' in one ? CID.parse(one.cid) : one
  }
})

describe('DAG-CBOR', () => {
  test.each([
    ['a number that is longer than it must be', Uint8Array.of(0x81, 0x18, 0x02), 'not-canonical'],
    ['an open list', Uint8Array.of(0x9f, 0x02, 0xff), 'not-canonical'],
    ['1.0', Uint8Array.of(0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0), 'not-canonical'],
    ['undefined', Uint8Array.of(0xf7), 'not-canonical'],
    ['a key twice', Uint8Array.of(0xa2, 0x61, 0x61, 1, 0x61, 0x61, 1), 'not-canonical'],
    ['keys out of order', Uint8Array.of(0xa2, 0x61, 0x62, 1, 0x61, 0x61, 1), 'not-canonical'],
    ['a tag that is no link', Uint8Array.of(0xc1, 0x02), 'not-canonical'],
    ['1.5', Uint8Array.of(0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 'bad-number'],
    ['2^53', Uint8Array.of(0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0), 'bad-number'],
    ['bytes', Uint8Array.of(0x41, 1), 'bytes-value'],
    ['a user’s “/”', dagCbor.encode({ '/': 'x', a: 1 }), 'slash-key'],
    ['a map that is shaped like a link', dagCbor.encode({ '/': 1, bytes: 2 }), 'slash-key'],
    ['33 levels', new Uint8Array(33).fill(0x81), 'too-deep'],
    ['a million levels', new Uint8Array(1_000_000).fill(0x81), 'too-deep'],
    ['a million levels of maps', new Uint8Array(1_000_000).fill(0xa1), 'too-deep'],
    ['cut off', Uint8Array.of(0x82, 0x02), 'not-canonical'],
    ['nothing', new Uint8Array(0), 'not-canonical'],
  ])('%s is refused', (_, bytes, fault) => {
    expect(faultOfCall(parseCbor(bytes))).toBe(fault)
  })

  test('levels count behind the tags of links, too', () => {
    const levels = Array.from({ length: 300_000 }, () => [0x81, 0xd8, 0x2a]).flat()
    expect(faultOfCall(parseCbor(Uint8Array.from(levels)))).toBe('too-deep')
  })

  test('a million tags are refused, by whatever name', () => {
    expect(faultOfCall(parseCbor(new Uint8Array(1_000_000).fill(0xd8)))).toBe('not-canonical')
  })

  test('32 levels are read, and lists side by side are not levels', () => {
    expect(faultOfCall(parseCbor(dagCbor.encode(nested(32))))).toBe('ok')
    expect(faultOfCall(parseCbor(dagCbor.encode(Array.from({ length: 100 }, () => [[], { a: [] }]))))).toBe('ok')
  })

  function nested(levels: number): unknown {
    return levels === 0 ? 1 : [nested(levels - 1)]
  }
})

describe('sources', () => {
  test('a block that is missing, another one, and one that is too large', async () => {
    const store = new Store()
    const good = linkTo(store.put([1]))
    const read = (link: Link) => faultOfPromise(readBlock(store, link))
    expect(await read(good)).toBe('ok')
    expect(await read(linkOf(json('x'), codecs.dagJson))).toBe('block-missing')
    store.blocks.set(good.cid, json('[2]'))
    expect(await read(good)).toBe('block-hash')
    const most = json(`"${'a'.repeat(1024 * 1024 - 2)}"`)
    expect(await read(linkTo(store.putBytes(most)))).toBe('ok')
    expect(await read(linkTo(store.putBytes(concatBytes(most, json('a')))))).toBe('block-too-large')
  })

  test('there is no circle: a link to itself changes the block', async () => {
    const store = new Store()
    let cid = store.put({ previous: null })
    for (let tries = 0; tries < 20; tries++) {
      const next = store.put({ previous: cid })
      expect(next.equals(cid)).toBe(false)
      cid = next
    }
    // Whoever claims one all the same is found out by the hash.
    store.blocks.set(cid.toString(), dagJson.encode({ previous: cid }))
    expect(await faultOfPromise(readBlock(store, linkTo(cid)))).toBe('block-hash')
  })

  test('a document is read once; one on a way is not kept', async () => {
    const store = new Store()
    const link = linkTo(await store.sign(new History('targets').next(targetsFields()), []))
    const reading = new Reading(store)
    await reading.document(link, 'targets', 'p')
    await reading.document(link, 'targets', 'p')
    expect(reading.counts.get('p')).toBe(1)
    await reading.passing(link, 'targets', 'p')
    expect([reading.counts.get('p'), store.reads]).toEqual([2, 2])
    expect(await faultOfPromise(reading.document(link, 'root', 'p'))).toBe('wrong-type')
  })
})

describe('documents', () => {
  let one: Person
  beforeAll(async () => {
    one = await person()
  })
  const cid = cidOf(json('x'), codecs.dagJson)
  const raw = cidOf(json('x'), codecs.raw)

  type Signed = Record<string, unknown>
  const root = (): Signed => {
    const held = [[one]] as const
    return { ...new History('root').next(rootFields({ root: held, targets: held, snapshot: held, timestamp: held })) }
  }
  const targets = (): Signed => ({
    ...new History('targets').next(targetsFields({ p: [[one]] }, { a: { content: raw, length: 1 } })),
  })
  const snapshot = (): Signed => ({
    ...new History('snapshot').next({ meta: { root: cid, targets: cid, 'delegated-targets': {}, retired: {} } }),
  })
  const timestamp = (): Signed => ({ _type: 'timestamp', spec_version: '1.0.0', expires, snapshot: cid })
  const made: Record<DocumentType, () => Signed> = { root, targets, snapshot, timestamp }

  const faultOf = (type: DocumentType, block: unknown): string => {
    const bytes = new Uint8Array(dagJson.encode(block))
    return faultOfCall(() => parseDocument(linkOf(bytes, codecs.dagJson), bytes, type))
  }
  const changed = (type: DocumentType, change: (signed: Signed) => void): string => {
    const signed = structuredCopy(made[type]())
    change(signed)
    return faultOf(type, { signatures: [], signed })
  }
  /** Links stay what they are. */
  function structuredCopy<T>(value: T): T {
    return dagJson.decode(dagJson.encode(value)) as T
  }
  // biome-ignore lint/suspicious/noExplicitAny: fields of a test's own document
  const at = (signed: Signed, ...names: (string | number)[]): any =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    names.reduce((value: any, name) => value[name], signed)

  test.each(['root', 'targets', 'snapshot', 'timestamp'] as const)('%s is read', (type) => {
    expect(changed(type, () => undefined)).toBe('ok')
  })

  test.each(['root', 'targets', 'snapshot', 'timestamp'] as const)('%s: no field may be missing, or new', (type) => {
    for (const name of Object.keys(made[type]())) {
      const fault = changed(type, (signed) => delete signed[name])
      expect([name, fault]).toEqual([name, name === '_type' ? 'wrong-type' : 'bad-field'])
    }
    expect(changed(type, (signed) => Object.assign(signed, { more: 1 }))).toBe('bad-field')
    expect(changed(type, (signed) => Object.assign(signed, { _type: 'other' }))).toBe('wrong-type')
    expect(changed(type, (signed) => Object.assign(signed, { spec_version: '1.0.1' }))).toBe('spec-version')
    for (const date of ['2027-02-31T00:00:00Z', '2027-06-01T00:00:00+00:00', '2027-06-01', '2027-06-01T00:00:00.5Z'])
      expect([date, changed(type, (signed) => Object.assign(signed, { expires: date }))]).toEqual([date, 'bad-date'])
  })

  test('envelopes', async () => {
    const signed = root()
    const good = structuredCopy(await envelope(signed, [one])) as { signatures: { keyid: string; sig: string }[] }
    expect(faultOf('root', good)).toBe('ok')
    const [signature] = good.signatures
    expect(faultOf('root', { ...good, signatures: [signature, signature] })).toBe('bad-field')
    expect(faultOf('root', { ...good, more: 1 })).toBe('bad-field')
    expect(faultOf('root', { signed })).toBe('bad-field')
    expect(faultOf('root', [])).toBe('bad-field')
    for (const sig of ['', 'AB', 'abc', 'zz', 'ab'.repeat(1025)])
      expect([sig, faultOf('root', { signed, signatures: [{ keyid: 'a', sig }] })]).toEqual([
        sig,
        sig === '' ? 'bad-field' : 'bad-signature-text',
      ])
  })

  test('heights and skip links', () => {
    const skip = (height: number, links: number, before: unknown = cid): string =>
      changed('snapshot', (signed) =>
        Object.assign(signed, { height, 'previous-version': before, skip: Array.from({ length: links }, () => cid) }),
      )
    expect(skip(1, 0)).toBe('ok')
    expect(skip(2, 1)).toBe('ok')
    expect(skip(12, 2)).toBe('ok')
    expect(skip(2 ** 40, 40)).toBe('ok')
    expect([skip(2, 0), skip(2, 2), skip(1, 1), skip(0, 1, null)]).toEqual(Array(4).fill('bad-skip'))
    expect([skip(0, 0), skip(1, 0, null)]).toEqual(['bad-height', 'bad-height'])
    expect(skip(-1, 0)).toBe('bad-field')
    expect(changed('snapshot', (signed) => Object.assign(signed, { height: '1' }))).toBe('bad-field')
    expect(changed('root', (signed) => Object.assign(signed, { skip: [] }))).toBe('bad-field')
    expect(changed('snapshot', (signed) => Object.assign(signed, { height: 1, 'previous-version': raw }))).toBe(
      'cid-codec',
    )
  })

  test('keys and roles', () => {
    const key = () => one.id
    expect(changed('root', (signed) => (at(signed, 'keys', key()).scheme = 'other'))).toBe('key-id')
    expect(changed('root', (signed) => (at(signed, 'keys', key()).more = 1))).toBe('bad-field')
    expect(changed('root', (signed) => (at(signed, 'keys')[key().toUpperCase()] = one.object))).toBe('key-id')
    expect(changed('root', (signed) => (at(signed, 'roles', 'root').threshold = 0))).toBe('bad-threshold')
    expect(changed('root', (signed) => (at(signed, 'roles', 'root').threshold = 2))).toBe('bad-threshold')
    expect(changed('root', (signed) => at(signed, 'roles', 'root', 'keyids').push(key()))).toBe('bad-role')
    expect(changed('root', (signed) => at(signed, 'roles', 'root', 'keyids').push('absent'))).toBe('bad-role')
    expect(changed('root', (signed) => delete at(signed, 'roles').snapshot)).toBe('bad-field')
    expect(changed('root', (signed) => (at(signed, 'roles').mirrors = {}))).toBe('bad-field')
    const role = (change: (role: Signed) => void) =>
      changed('targets', (signed) => change(at(signed, 'delegations', 'roles', 0)))
    expect(role((one) => Object.assign(one, { name: 'snapshot' }))).toBe('bad-role')
    expect(role((one) => Object.assign(one, { threshold: 9 }))).toBe('bad-threshold')
    expect(role((one) => Object.assign(one, { path_hash_prefixes: ['00'] }))).toBe('bad-field')
    expect(role((one) => delete one.paths)).toBe('bad-field')
    expect(role((one) => Object.assign(one, { terminating: 1 }))).toBe('bad-field')
    const twice = (signed: Signed) => at(signed, 'delegations', 'roles').push(at(signed, 'delegations', 'roles', 0))
    expect(changed('targets', twice)).toBe('bad-role')
  })

  test('targets and links', () => {
    const target = (change: (target: Signed) => void) =>
      changed('targets', (signed) => change(at(signed, 'targets', 'a')))
    expect(target((one) => Object.assign(one, { custom: { any: [1, { deep: null }] } }))).toBe('ok')
    expect(target((one) => Object.assign(one, { content: cid }))).toBe('cid-codec')
    expect(target((one) => Object.assign(one, { content: raw.toString() }))).toBe('bad-field')
    expect(target((one) => Object.assign(one, { length: -1 }))).toBe('bad-field')
    expect(target((one) => delete one.length)).toBe('bad-field')
    expect(target((one) => Object.assign(one, { custom: 1 }))).toBe('bad-field')
    expect(changed('snapshot', (signed) => (at(signed, 'meta').root = raw))).toBe('cid-codec')
    expect(changed('snapshot', (signed) => (at(signed, 'meta').retired.p = 'x'))).toBe('bad-field')
    expect(changed('snapshot', (signed) => (at(signed, 'meta').retired[''] = cid))).toBe('bad-field')
    expect(changed('snapshot', (signed) => (at(signed, 'meta').more = {}))).toBe('bad-field')
  })

  test('a document in DAG-CBOR signs the same bytes', () => {
    const block = { signatures: [], signed: targets() }
    const [a, b] = [new Uint8Array(dagJson.encode(block)), new Uint8Array(dagCbor.encode(block))]
    const inJson = parseDocument(linkOf(a, codecs.dagJson), a, 'targets')
    const inCbor = parseDocument(linkOf(b, codecs.dagCbor), b, 'targets')
    expect(inJson.cid).not.toBe(inCbor.cid)
    expect(inJson.pid).toBe(inCbor.pid)
    expect(inCbor.payload).toEqual(new Uint8Array(dagJson.encode(block.signed)))
  })
})
