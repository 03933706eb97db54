// Every way a call can be wrong ends as data with a code, and the handler never hears of it.
import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { nothing, shape, text } from '../../src/ipc/argument.ts'
import { maxCallBytes, maxDocumentCallBytes } from '../../src/ipc/channel.ts'
import { type Call, contract, promptContract } from '../../src/ipc/contract.ts'
import { answerWith, dispatcher, foreignSender, oversized } from '../../src/main/ipc.ts'

const say: Call<{ what: string }, string> = { parse: shape({ what: text(1, 1_000_000) }) }
const rest: Call<void, void> = { parse: nothing() }
const tell: Call<{ what: string }, string> = { ...say, maxBytes: 2 * maxCallBytes }
const small = { 'room.say': say, 'room.tell': tell, 'room.rest': rest, 'room.fail': rest, 'room.bug': rest }

function listening() {
  const heard: unknown[] = []
  const reported: [string, string][] = []
  const handle = dispatcher(
    small,
    {
      'room.say': async (argument) => {
        heard.push(argument)
        return argument.what.toUpperCase()
      },
      'room.tell': ({ what }) => {
        heard.push(what.length)
        return what
      },
      'room.rest': () => {
        heard.push('rest')
      },
      'room.fail': () => {
        throw new AppError({ code: 'source/conflict', message: 'changed', hint: 'look again', data: { n: 1 } })
      },
      'room.bug': () => {
        throw new TypeError('x is not a function')
      },
    },
    { report: (name, error) => reported.push([name, error.code]) },
  )
  return { handle, heard, reported }
}

test('a known call with a good argument reaches its handler', async () => {
  const { handle, heard } = listening()
  expect(await handle('room.say', { what: 'a' })).toEqual({ ok: true, value: 'A' })
  expect(await handle('room.rest', undefined)).toEqual({ ok: true, value: undefined })
  expect(heard).toEqual([{ what: 'a' }, 'rest'])
})

const loop: { self?: unknown } = {}
loop.self = loop

test.each<[string, string, unknown]>([
  ['a name outside the contract', 'room.other', undefined],
  ['a name every object has', 'constructor', undefined],
  ['the prototype', '__proto__', undefined],
  ['an empty name', '', undefined],
  ['a missing argument', 'room.say', undefined],
  ['an argument of another shape', 'room.say', { which: 'a' }],
  ['one field too many', 'room.say', { what: 'a', more: 1 }],
  ['an argument where none is taken', 'room.rest', { what: 'a' }],
  ['an argument above the limit', 'room.say', { what: 'x'.repeat(maxCallBytes) }],
  ['a few wide characters above the limit in bytes', 'room.say', { what: '\u20ac'.repeat(maxCallBytes / 3) }],
  ['an argument above the limit of its own call', 'room.tell', { what: 'x'.repeat(2 * maxCallBytes) }],
  ['a number JSON cannot carry', 'room.say', { what: 1n }],
  ['an argument that contains itself', 'room.say', loop],
])('%s is refused before the handler', async (_what, name, argument) => {
  const { handle, heard } = listening()
  expect(await handle(name, argument)).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  expect(heard).toEqual([])
})

test('a call that carries documents takes more than the others', async () => {
  const { handle, heard } = listening()
  expect(await handle('room.tell', { what: 'x'.repeat(maxCallBytes) })).toMatchObject({ ok: true })
  expect(heard).toEqual([maxCallBytes])
})

test('only the calls that carry a document have a limit of their own', () => {
  const own = [...Object.entries(contract), ...Object.entries(promptContract)].flatMap(([name, call]) =>
    call.maxBytes === undefined ? [] : [[name, call.maxBytes]],
  )
  expect(own).toEqual([
    ['drafts.preview', maxDocumentCallBytes],
    ['files.save', maxDocumentCallBytes],
    ['carry.look', maxDocumentCallBytes],
    ['ceremony.act', maxDocumentCallBytes],
  ])
  expect(maxCallBytes).toBeLessThanOrEqual(256 * 1024)
})

test('a failing handler answers with its code, hint and data, and without its cause', async () => {
  const { handle, reported } = listening()
  expect(await handle('room.fail', undefined)).toEqual({
    ok: false,
    error: { code: 'source/conflict', message: 'changed', hint: 'look again', data: { n: 1 } },
  })
  const bug = await handle('room.bug', undefined)
  expect(bug).toMatchObject({ ok: false, error: { code: 'internal/bug' } })
  expect(JSON.stringify(bug)).not.toContain('ipc.test')
  expect(reported).toEqual([
    ['room.fail', 'source/conflict'],
    ['room.bug', 'internal/bug'],
  ])
})

test('every call of both contracts refuses an argument that is not its own', async () => {
  for (const [name, { parse }] of [...Object.entries(contract), ...Object.entries(promptContract)]) {
    for (const argument of [42, 'text', [], { unexpected: true }, { __proto__: null, constructor: 1 }]) {
      expect(() => parse(argument), `${name} took ${JSON.stringify(argument)}`).toThrow()
    }
  }
})

test('a handler that throws all the same costs one answer', async () => {
  const broken = async () => {
    throw new Error('broken')
  }
  expect(await answerWith(broken, 'room.say', undefined)).toMatchObject({ ok: false, error: { code: 'internal/bug' } })
})

test('the shells have answers for calls they do not pass on', () => {
  expect(foreignSender()).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  expect(oversized()).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
})
