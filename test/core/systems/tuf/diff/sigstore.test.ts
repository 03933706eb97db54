// Sigstore's fifteen roots, read in place beside the project: what each step is told as. Fails where they are absent in CI.
import { expect, test } from 'vitest'
import { diffMetadata } from '../../../../../src/core/systems/tuf/diff/diff.ts'
import { lintMetadata } from '../../../../../src/core/systems/tuf/lint/lint.ts'
import { parseMetadata } from '../../../../../src/core/systems/tuf/metadata.ts'
import { quorumOf } from '../../../../../src/core/systems/tuf/verify.ts'
import { hasSigstoreRoots, sigstoreRoot } from '../../../../support/sigstore.ts'

const where = 'the sigstore roots are read from ../shared/vectors/sigstore-root beside the project'

if (!hasSigstoreRoots) {
  test(`not tested: ${where}, and they are not there`, () => {
    expect(process.env.CI, where).toBeUndefined()
  })
}

/** Registered only where the roots are: a skipped test would prove nothing and look like something. */
const whenHere: typeof test = hasSigstoreRoots
  ? test
  : (Object.assign(() => undefined, { each: () => () => undefined }) as never)

const load = (version: number) => parseMetadata(sigstoreRoot(version), 'root', `root ${version}`)

/** Half a year before it expires: about when each version was signed. */
function stepAt(version: number): { now: Date } {
  const after = load(version)
  return { now: new Date(Date.parse(after.signed.expires) - 180 * 86_400_000) }
}

async function findingsOf(version: number): Promise<{ code: string; sentence: string }[]> {
  const [before, after] = [version === 1 ? undefined : load(version - 1), load(version)]
  const judges = before === undefined ? [after] : [before, after]
  const quorums = await Promise.all(
    judges.map((judge) => {
      const role = judge.signed.roles.get('root')
      if (role === undefined) throw new Error('a root without root role')
      return quorumOf(`root ${judge.signed.version}`, after, judge.signed.keys, role)
    }),
  )
  return lintMetadata({ role: 'root', ...(before === undefined ? {} : { before }), after, quorums, ...stepAt(version) })
}

const codesOf = async (version: number): Promise<string[]> => [
  ...new Set((await findingsOf(version)).map(({ code }) => code)),
]

const headlines: [number, string, string][] = [
  [
    2,
    'dangerous',
    'Lowers the thresholds of timestamp and snapshot, makes the keys of snapshot and timestamp differ and replaces the key holders of timestamp and snapshot',
  ],
  [3, 'routine', 'Renewal only: version and expiry'],
  [4, 'dangerous', 'Changes who can change everything: replaces a key holder'],
  [
    5,
    'dangerous',
    'Changes where clients look for every file, replaces the keys of timestamp and snapshot and gives 5 keys other ids',
  ],
  [6, 'routine', 'Renewal only: version and expiry'],
  [7, 'routine', 'Renewal only: version and expiry'],
  [8, 'routine', 'Renewal only: version and expiry'],
  [9, 'notable', 'Gives 7 keys other ids'],
  [
    10,
    'notable',
    'Replaces the key of snapshot, gives snapshot and timestamp the same keys, gives 6 keys other ids and 2 more things to look at',
  ],
  [
    11,
    'notable',
    'Changes the address of a key that a machine uses and changes the rules on validity of timestamp and root',
  ],
  [12, 'notable', 'Gives a key another id'],
  [13, 'dangerous', 'Changes who can change everything: replaces a key holder'],
  [14, 'routine', 'Renewal only: version and expiry'],
  [15, 'routine', 'Renewal only: version and expiry'],
]

whenHere.each(headlines)('root %i: %s, %s', (version, risk, headline) => {
  const diff = diffMetadata(load(version - 1), load(version), stepAt(version))
  expect(diff.headline).toBe(headline)
  expect(diff.risk).toBe(risk)
  expect(diff.changes.filter(({ sentence }) => sentence.includes('does not know'))).toEqual([])
})

whenHere('from 14 to 15 two fields change and 59 stay', () => {
  const diff = diffMetadata(load(14), load(15), stepAt(15))
  expect(diff.changes.map(({ path, risk }) => `${path} ${risk}`)).toEqual(['version routine', 'expires routine'])
  expect(diff.unchanged).toBe(59)
})

whenHere('the id that does not follow from its key is named in 11 and mended in 12', async () => {
  const wrong = (await findingsOf(11)).filter(({ code }) => code === 'key-id-mismatch')
  expect(wrong.map(({ sentence }) => /7247 f0.*0c87 43/.test(sentence))).toEqual([true])
  expect(await codesOf(12)).not.toContain('key-id-mismatch')
  expect(await codesOf(10)).not.toContain('key-id-mismatch')
})

whenHere('dates that no specification knows stand in 1 to 3', async () => {
  const versions = []
  for (let version = 1; version <= 15; version++) {
    if ((await codesOf(version)).includes('expires-not-spec')) versions.push(version)
  }
  expect(versions).toEqual([1, 2, 3])
})

whenHere('one key under two ids: where sigstore changed how keys are written', async () => {
  const versions = []
  for (let version = 1; version <= 15; version++) {
    if ((await codesOf(version)).includes('same-key-two-ids')) versions.push(version)
  }
  expect(versions).toEqual([5, 9, 10])
})

whenHere('keys in hexadecimal stand in 1 to 4', async () => {
  expect(await codesOf(4)).toContain('client-hex-key')
  expect(await codesOf(5)).not.toContain('client-hex-key')
})

whenHere('every sentence about 14 to 15 is one that a key holder can do without', async () => {
  expect(await codesOf(15)).toEqual([])
})
