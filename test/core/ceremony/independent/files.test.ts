// Files beside a record, and signatures over what they ask for: our checker and the second one say the same.

import { beforeAll, test } from 'vitest'
import { parseUtf8, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { recordBytes, redacted } from '../../../../src/core/ceremony/record.ts'
import { sha256 } from '../../../../src/core/crypto.ts'
import { carriedForms } from '../../../../src/core/systems/carried-forms.ts'
import { parseReply, replyBytes } from '../../../../src/core/transfer/reply.ts'
import { recordOf, type Said } from '../../../support/ceremony.ts'
import { exported, type RealCeremony, realCeremony } from '../../../support/real-ceremony.ts'
import { never } from '../../../support/repository.ts'
import { editsOf, type RunEdits } from '../../../support/run-edits.ts'
import { type Case, compare } from '../../../support/second-checker.ts'

let real: RealCeremony
let run: RunEdits

beforeAll(async () => {
  real = await realCeremony()
  run = editsOf(real.run)
})

test('files that belong to it, and some that do not', async () => {
  const { request, document, reply, cast } = real
  const of = (name: string, files: readonly Uint8Array[], good: boolean): Case => ({
    ...{ name, record: real.bytes, script: cast.bytes, files, good },
  })
  const hidden = real.run.map((one): Said => ({ ...one, level: 'auditor' }))
  const copy = recordBytes(redacted(await recordOf(cast, hidden), 'public'))
  await compare([
    of('all', [request, document, reply, cast.bytes], true),
    of('the request alone', [request], true),
    of('the document alone', [document], true),
    of('none', [], true),
    of('a stranger', [request, utf8('{}')], false),
    of('the request with a byte more', [new Uint8Array([...request, 10])], false),
    { ...of('a copy, and all', [request, document, reply], true), record: copy },
    { ...of('a copy, and a stranger', [utf8('{}')], true), record: copy },
  ])
})

test('runs in which the record says something else than its files', async () => {
  const { request, document, reply, cast } = real
  const of = async (
    name: string,
    said: readonly Said[],
    good: boolean,
    ...more: readonly Uint8Array[]
  ): Promise<Case> => ({
    ...{ name, record: recordBytes(await recordOf(cast, said)), script: cast.bytes, good },
    files: [request, document, reply, ...more],
  })
  const { at, factOf, again, before } = run
  const digest = 'ee'.repeat(32)
  const value = toHex((await cast.signers.get('Ana')?.sign(utf8('something else'), never)) ?? new Uint8Array())
  const replies = [{ digest }, { request: digest }, { subject: 'targets' }].map((one) =>
    replyBytes({ ...parseReply(reply, 'it', carriedForms), ...one }, carriedForms),
  )
  const strange = await Promise.all(
    replies.map(async (one, n) => of(`reply ${n}`, before(at('closed'), await exported('x', one)), false, one)),
  )
  await compare([
    await of('as it was', real.run, true),
    await of('another subject', factOf(at('received'), { subject: 'targets' }), false),
    await of('a signature over something else', factOf(at('signed'), { signature: value }), false),
    await of('of another', factOf(at('signed'), { signature: again(at('signed', 1)).fact.signature ?? '' }), false),
    await of('no signature', factOf(at('signed', 1), { signature: '00' }), false),
    await of('another change proved', factOf(at('proved'), { digest }), false),
    await of('another length', factOf(at('exported'), { bytes: 7 }), false),
    ...strange,
  ])
})

test('a request that names another change than it holds', async () => {
  const altered = utf8(parseUtf8(real.request, 'it').replace('2027-10-01', '2027-10-02'))
  const said = run.factOf(run.at('received'), { request: toHex(await sha256(altered)) })
  const record = recordBytes(await recordOf(real.cast, said))
  await compare([{ name: 'altered', record, script: real.cast.bytes, files: [altered], good: false }])
})
