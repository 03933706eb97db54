// What a repository, or whoever took it over, could do to the keys of a project: each attempt has its own name.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../../../../src/core/bytes.ts'
import { sha512 } from '../../../../../src/core/crypto.ts'
import { AppError } from '../../../../../src/core/error.ts'
import type { JsonObject } from '../../../../../src/core/json.ts'
import { plainLayout } from '../../../../../src/core/systems/tuf/layouts/plain.ts'
import { recordedProjects, verifyKeyChain } from '../../../../../src/core/systems/tuf/projects/chain.ts'
import { stepName } from '../../../../../src/core/systems/tuf/projects/name.ts'
import { projectsOf, readRegistries } from '../../../../../src/core/systems/tuf/projects/registry.ts'
import { trusted } from '../../../../../src/core/systems/tuf/trusted.ts'
import type { Transport } from '../../../../../src/core/transport.ts'
import { never, now } from '../../../../support/repository.ts'
import { codeOfPromise } from '../../../../support/thrown.ts'
import { alias, type Beside, rotateFields, type Stage, sign, stage } from './project.ts'

let own: Stage

beforeEach(async () => {
  own = await stage()
})

async function verdict(options: Parameters<Stage['verify']>[0] = {}): Promise<[string, string, number | undefined]> {
  const { problem } = await own.verify(options)
  return [problem?.fault ?? 'none', problem?.error.code ?? 'none', problem?.version]
}

/** A name that nothing but the document in question gives a key. */
function calling(name: string): unknown {
  return expect.stringMatching(new RegExp(`^a key that calls itself ${name} \\([0-9a-f ]{19}\\)$`))
}

async function digests(): Promise<string[]> {
  return (await own.verify()).steps.map(({ digest }) => digest)
}

describe('a chain as it should be', () => {
  test('leads from the first keys to those in force', async () => {
    const chain = await own.verify()
    expect(chain.problem).toBeUndefined()
    expect(chain.steps.map(({ file }) => [file.version, file.keyids.length, file.threshold])).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 2, 2],
    ])
    expect(chain.newest?.version).toBe(3)
    expect(chain.steps[2]?.quorums.map(({ side, threshold }) => [side, threshold])).toEqual([
      ['before', 2],
      ['after', 2],
      ['new', 1],
    ])
    expect(await verdict({ known: chain.steps.map(({ digest }) => digest) })).toEqual(['none', 'none', undefined])
  })

  test('of the first keys alone is one too', async () => {
    own.steps = new Map([[1, own.good[0] ?? utf8('')]])
    own.delegated = { people: [own.people.ana], threshold: 1 }
    const chain = await own.verify()
    expect([chain.problem, chain.steps.length]).toEqual([undefined, 1])
    expect(chain.steps[0]?.quorums.map(({ side }) => side)).toEqual(['after', 'new'])
  })

  test('may say the same keys under other names, and be in another order in force', async () => {
    own.delegated = { people: [alias(own.people.cleo, 'someone'), own.people.ben], threshold: 2 }
    expect(await verdict()).toEqual(['none', 'none', undefined])
  })

  test('other projects with folders of their own disturb nothing', async () => {
    const { id } = own.people.mallory
    own.registry.before = [
      { name: 'loom2', terminating: true, paths: ['loom2/*', 'loo/*', 'l?om2/*', 'loom'], keyids: [id], threshold: 1 },
    ]
    own.registry.targets = { 'loom2/1.0.tar': { length: 1, hashes: { sha256: 'aa' } } }
    expect(await verdict()).toEqual(['none', 'none', undefined])
  })

  test('the registry and its projects are found', async () => {
    const set = await own.set()
    const [registry, ...more] = await readRegistries(set, own.remote, { now, signal: never, expired: 'refuse' })
    expect([registry?.name, more.length]).toEqual(['projects', 0])
    expect(registry && projectsOf(registry.metadata).map(({ name }) => name)).toEqual(['loom'])
    expect(recordedProjects(set.snapshot.signed)).toEqual(['loom'])
  })

  test('the registry is known by who keeps it, or by its name', async () => {
    Object.assign(own.registry, { name: 'tools', keptBy: 'machine' })
    expect(await verdict()).toEqual(['none', 'none', undefined])
    Object.assign(own.registry, { name: 'tools', keptBy: 'admin' })
    expect(await verdict()).toEqual(['undelegated', 'trust/changed', undefined])
    Object.assign(own.registry, { name: 'projects', keptBy: 'admin' })
    expect(await verdict()).toEqual(['none', 'none', undefined])
  })

  test('a new project goes to the registry that is called so, whatever comes before it', async () => {
    Object.assign(own.registry, { name: 'tools', second: { keys: {}, roles: [] }, secondName: 'projects' })
    await own.set()
    const anchor = own.remote.files.get('1.root.json') ?? new Uint8Array()
    const layout = { ...plainLayout, published: (source: Transport) => source }
    const registryOf = async (project: string) =>
      (await trusted(layout, own.remote, { anchor, now, signal: never }).registryOf(project)).name
    expect([await registryOf('fresh'), await registryOf('loom')]).toEqual(['projects', 'tools'])
    Object.assign(own.registry, { secondName: 'more' })
    await own.set()
    expect(await registryOf('fresh')).toBe('tools')
  })

  test('a project that nobody ever heard of is an error, not a verdict', async () => {
    own.steps = new Map()
    own.delegated = undefined
    expect(await codeOfPromise(own.verify())).toBe('source/not-found')
    expect(await verdict({ known: ['aa'] })).toEqual(['hidden-step', 'trust/rollback', 1])
  })
})

describe('a compromised repository', () => {
  test('swaps a key: its holder is named', async () => {
    own.delegated = { people: [own.people.ben, own.people.mallory], threshold: 2 }
    expect(await verdict()).toEqual(['swapped-key', 'trust/changed', 3])
    const { problem } = await own.verify()
    expect(problem?.who).toEqual([calling('mallory')])
  })

  test('writes a maintainer’s name beside its own key, or its own name beside a maintainer’s', async () => {
    const { ben, cleo, mallory } = own.people
    own.delegated = { people: [ben, alias(mallory, 'cleo')], threshold: 2 }
    expect((await own.verify()).problem?.who).toEqual([calling('cleo')])
    // Whose key it is, the changes say that were agreed to.
    own.steps.set(4, await sign(rotateFields(4, 2, [ben, alias(cleo, 'nobody'), mallory]), [mallory]))
    own.delegated = { people: [ben, cleo, mallory], threshold: 2 }
    const { problem } = await own.verify()
    expect([problem?.fault, problem?.who]).toEqual(['old-threshold', ['ben', 'cleo']])
    expect(problem?.error.message).not.toContain('nobody')
  })

  test('adds a key', async () => {
    own.delegated = { people: [own.people.ben, own.people.cleo, own.people.mallory], threshold: 2 }
    expect((await own.verify()).problem).toMatchObject({ fault: 'swapped-key', who: [calling('mallory')] })
  })

  test('takes a key away, or lowers the threshold', async () => {
    own.delegated = { people: [own.people.ben], threshold: 2 }
    expect(await verdict()).toEqual(['swapped-key', 'trust/changed', 3])
    own.delegated = { people: [own.people.ben, own.people.cleo], threshold: 1 }
    expect(await verdict()).toEqual(['swapped-key', 'trust/changed', 3])
  })

  test('makes a project that nobody reserved', async () => {
    own.steps = new Map()
    expect(await verdict()).toEqual(['no-chain', 'trust/threshold', undefined])
  })

  test('goes on with older keys after they were replaced', async () => {
    own.delegated = { people: [own.people.ana, own.people.ben], threshold: 2 }
    expect(await verdict()).toEqual(['not-in-force', 'trust/rollback', 2])
  })

  test('lists a change no longer: who saw it before notices', async () => {
    const known = await digests()
    own.steps.delete(3)
    own.delegated = { people: [own.people.ana, own.people.ben], threshold: 2 }
    expect(await verdict()).toEqual(['none', 'none', undefined])
    expect(await verdict({ known })).toEqual(['hidden-step', 'trust/rollback', 3])
  })

  test('lists nothing any more', async () => {
    const known = await digests()
    own.steps = new Map()
    own.delegated = undefined
    expect(await verdict({ known })).toEqual(['hidden-step', 'trust/rollback', 3])
  })

  test('hides the newest change although its keys are in force', async () => {
    await own.set()
    own.meta[`${stepName('loom', 3)}.json`] = null
    expect(await verdict()).toEqual(['hidden-step', 'trust/rollback', 3])
  })

  test('lets an unlisted file explain only what was agreed to', async () => {
    const { ben, mallory } = own.people
    own.steps.set(4, await sign(rotateFields(4, 1, [mallory]), [ben, mallory]))
    own.meta[`${stepName('loom', 4)}.json`] = null
    own.delegated = { people: [mallory], threshold: 1 }
    expect(await verdict()).toEqual(['swapped-key', 'trust/changed', 3])
  })

  test('skips a change', async () => {
    own.steps.delete(2)
    expect(await verdict()).toEqual(['skipped-step', 'trust/rollback', 2])
    own.steps.delete(1)
    expect(await verdict()).toEqual(['skipped-step', 'trust/rollback', 1])
  })

  test('puts an older change in the place of a newer one', async () => {
    own.steps.set(3, own.good[1] ?? utf8(''))
    expect(await verdict()).toEqual(['replayed-step', 'trust/rollback', 3])
    own.steps.set(3, own.good[2] ?? utf8(''))
    own.meta[`${stepName('loom', 3)}.json`] = { version: 2, length: 1, hashes: { sha256: 'aa' } }
    expect(await verdict()).toEqual(['replayed-step', 'trust/rollback', 3])
  })

  test('repeats an older set of keys as a new change without its people', async () => {
    const { ana, ben } = own.people
    own.steps.set(4, await sign(rotateFields(4, 1, [ana]), [ana, ben]))
    own.delegated = { people: [ana], threshold: 1 }
    expect(await verdict()).toEqual(['old-threshold', 'trust/threshold', 4])
  })

  test('replaces the whole history: who saw it before notices', async () => {
    const known = await digests()
    const { mallory } = own.people
    own.steps = new Map([[1, await sign(rotateFields(1, 1, [mallory]), [mallory])]])
    own.delegated = { people: [mallory], threshold: 1 }
    // Whoever comes now for the first time cannot know.
    expect(await verdict()).toEqual(['none', 'none', undefined])
    expect(await verdict({ known })).toEqual(['rewritten-step', 'trust/changed', 1])
  })

  test('gives the change of another project', async () => {
    const { ben, cleo } = own.people
    own.steps.set(4, await sign(rotateFields(4, 2, [ben, cleo], { role: 'weave' }), [ben, cleo]))
    expect(await verdict()).toEqual(['foreign-step', 'trust/changed', 4])
  })

  test('gives what the same people signed for a project of this name elsewhere', async () => {
    const { ben, cleo } = own.people
    const previous = 'x-countersign-previous'
    own.delegated = { people: [ben, cleo], threshold: 1 }
    own.steps.set(
      4,
      await sign(rotateFields(4, 1, [ben, cleo], { [previous]: (await digests())[1] ?? '' }), [ben, cleo]),
    )
    expect(await verdict()).toEqual(['foreign-step', 'trust/changed', 4])
    own.steps.set(
      4,
      await sign(rotateFields(4, 1, [ben, cleo], { [previous]: (await digests())[2] ?? '' }), [ben, cleo]),
    )
    expect(await verdict()).toEqual(['none', 'none', undefined])
  })

  test('keeps a listed change back, or gives other bytes', async () => {
    own.meta[`${stepName('loom', 4)}.json`] = { version: 4, length: 9, hashes: { sha256: 'aa' } }
    expect(await verdict()).toEqual(['withheld-step', 'trust/changed', 4])
    own.meta = { [`${stepName('loom', 3)}.json`]: { version: 3, length: 9, hashes: { sha256: 'aa' } } }
    expect(await verdict()).toEqual(['altered-step', 'trust/changed', 3])
    const length = own.good[2]?.length ?? 0
    own.meta = { [`${stepName('loom', 3)}.json`]: { version: 3, length, hashes: { sha256: 'aa' } } }
    expect(await verdict()).toEqual(['altered-step', 'trust/changed', 3])
    const sha512Only = { sha512: toHex(await sha512(own.good[2] ?? utf8(''))) }
    for (const listed of [
      { version: 3, length },
      { version: 3, length, hashes: sha512Only },
    ]) {
      own.meta = { [`${stepName('loom', 3)}.json`]: listed }
      expect(await verdict()).toEqual(['altered-step', 'trust/changed', 3])
    }
  })

  test('gives something else as a change', async () => {
    own.steps.set(4, utf8('{"signatures":[],"signed":{"_type":"targets"}}'))
    expect(await verdict()).toEqual(['malformed-step', 'trust/changed', 4])
  })

  test('takes the project away', async () => {
    own.delegated = undefined
    expect(await verdict()).toEqual(['undelegated', 'trust/changed', undefined])
  })

  const evil = (paths: string[] | undefined, id: string): JsonObject => ({
    name: 'evil',
    terminating: true,
    ...(paths === undefined ? { path_hash_prefixes: ['00'] } : { paths }),
    keyids: [id],
    threshold: 1,
  })

  test.each([
    ['by its name', ['loom/*']],
    ['by a wildcard', ['*/*']],
    ['by a letter', ['lo?m/1.*']],
    ['by a set of letters', ['[a-z]oom/*']],
    ['deeper than the project itself', ['loom/*/*/*/*']],
    ['by hashes', undefined],
  ])('lets another role decide for the project’s artifacts: %s', async (_, paths) => {
    for (const place of ['before', 'after'] as const) {
      own.registry.before = []
      own.registry[place] = [evil(paths, own.people.mallory.id)]
      expect(await verdict()).toEqual(['bypassed', 'trust/changed', undefined])
      expect((await own.verify()).problem?.who).toEqual(['“evil”'])
    }
  })

  test('lists an artifact of the project itself', async () => {
    own.registry.targets = { 'loom/1.0.tar': { length: 1, hashes: { sha256: 'aa' } } }
    expect(await verdict()).toEqual(['bypassed', 'trust/changed', undefined])
  })

  test.each<[string, (id: string, raw: JsonObject) => JsonObject]>([
    ['by its name', (id, raw) => ({ keys: { [id]: raw }, roles: [{ ...evil(['loom/*'], id), name: 'loom' }] })],
    [
      'by bins',
      (id, raw) => ({
        keys: { [id]: raw },
        succinct_roles: { bit_length: 2, name_prefix: 'bin', keyids: [id], threshold: 1 },
      }),
    ],
    [
      'by an agreement of several roles',
      (id, raw) => ({
        keys_for_delegations: { [id]: raw },
        delegations: [
          {
            ...{ name: 'both', paths: ['l*/*'], terminating: false, min_roles_in_agreement: 1 },
            roleinfo: [{ rolename: 'evil', keyids: [id], threshold: 1 }],
          },
        ],
      }),
    ],
  ])('lets a second registry decide for them: %s', async (_, delegations) => {
    const { id, raw } = own.people.mallory
    own.registry.second = delegations(id, raw)
    expect(await verdict()).toEqual(['bypassed', 'trust/changed', undefined])
    own.registry.second = { keys: {}, roles: [] }
    expect(await verdict()).toEqual(['none', 'none', undefined])
  })

  describe('has a role that clients ask before the registry', () => {
    const beside = (more: Partial<Beside> = {}): Beside => ({
      ...{ place: 'before', keptBy: 'machine', paths: ['loom/0.9/*'], targets: {} },
      ...more,
    })
    const listing = (path: string): JsonObject => ({ [path]: { length: 1, hashes: { sha256: 'aa' } } })
    const put = listing('loom/0.9/loom.tgz')
    const to = (paths: string[], name = 'evil'): JsonObject => {
      const { id, raw } = own.people.mallory
      return { keys: { [id]: raw }, roles: [{ ...evil(paths, id), name }] }
    }

    test('that blocks what clients must no longer get', async () => {
      own.registry.beside = beside()
      expect(await verdict()).toEqual(['none', 'none', undefined])
    })

    test.each(['machine', 'either'] as const)('and lists there what it blocks: kept by %s', async (keptBy) => {
      own.registry.beside = beside({ keptBy, targets: put })
      expect(await verdict()).toEqual(['bypassed', 'trust/changed', undefined])
      expect((await own.verify()).problem?.who).toEqual(['“beside”'])
    })

    test('and delegates it on', async () => {
      own.registry.beside = beside({ keptBy: 'either', delegations: to(['loom/0.9/*']) })
      expect((await own.verify()).problem).toMatchObject({ fault: 'bypassed', who: ['“evil”'] })
      // A second role of the project’s own name has keys of its own.
      own.registry.beside = beside({ keptBy: 'either', delegations: to(['loom/*'], 'loom') })
      expect((await own.verify()).problem).toMatchObject({ fault: 'bypassed', who: ['“loom”'] })
      for (const [from, on] of [
        ['loom/0.9/*', 'site/*'],
        ['site/*', '*/*'],
      ] as const) {
        own.registry.beside = beside({ keptBy: 'either', paths: [from], delegations: to([on]) })
        expect(await verdict()).toEqual(['none', 'none', undefined])
      }
    })

    test('that people keep: they are above all of this', async () => {
      own.registry.beside = beside({ keptBy: 'admin', targets: put })
      expect(await verdict()).toEqual(['none', 'none', undefined])
    })

    test.each<[string, Partial<Beside>]>([
      ['clients do not ask it for this', { targets: listing('loom/1.0/loom.tgz') }],
      ['it is asked for other artifacts', { paths: ['site/*'], targets: put }],
      ['the project has the last word before it', { place: 'after', targets: put }],
    ])('or one that cannot decide: %s', async (_, more) => {
      own.registry.beside = beside(more)
      expect(await verdict()).toEqual(['none', 'none', undefined])
    })
  })

  test('lets the project decide for less', async () => {
    own.registry.paths = ['loom/*']
    expect(await verdict()).toEqual(['other-paths', 'trust/changed', undefined])
    own.registry.paths = ['loom/*', 'loom/*/*', 'loom/*/*/*', 'loom/*/*/*/*']
    expect(await verdict()).toEqual(['none', 'none', undefined])
    own.registry.terminating = false
    expect(await verdict()).toEqual(['other-paths', 'trust/changed', undefined])
  })

  test('cannot show its list of projects', async () => {
    own.meta['projects.json'] = { version: 2 }
    expect(await verdict()).toEqual(['registry', 'trust/changed', undefined])
    // The project's own people did nothing wrong, and what they did is still told.
    expect((await own.verify()).steps).toHaveLength(3)
  })
})

describe('a change that was not agreed to', () => {
  test('lacks the old threshold', async () => {
    const { ben, cleo, mallory } = own.people
    own.steps.set(4, await sign(rotateFields(4, 1, [ben, cleo, mallory]), [ben, mallory]))
    own.delegated = { people: [ben, cleo, mallory], threshold: 1 }
    expect(await verdict()).toEqual(['old-threshold', 'trust/threshold', 4])
    expect((await own.verify()).problem?.who).toEqual(['cleo'])
  })

  test('lacks the new threshold', async () => {
    const { ana, ben, cleo } = own.people
    own.steps.set(3, await sign(rotateFields(3, 3, [ana, ben, cleo]), [ana, ben, cleo]))
    own.steps.set(4, await sign(rotateFields(4, 3, [ana, ben, cleo], { 'x-note': 'again' }), [ana, ben]))
    own.delegated = { people: [ana, ben, cleo], threshold: 3 }
    expect(await verdict()).toEqual(['old-threshold', 'trust/threshold', 4])
    own.steps.set(3, await sign(rotateFields(3, 2, [ana, ben, cleo]), [ana, ben, cleo]))
    expect(await verdict()).toEqual(['new-threshold', 'trust/threshold', 4])
  })

  test('brings a key that nobody showed to have', async () => {
    const { ben, cleo, mallory } = own.people
    own.steps.set(4, await sign(rotateFields(4, 2, [ben, cleo, mallory]), [ben, cleo]))
    own.delegated = { people: [ben, cleo, mallory], threshold: 2 }
    expect(await verdict()).toEqual(['silent-new-key', 'trust/threshold', 4])
    expect((await own.verify()).problem?.who).toEqual([calling('mallory')])
  })

  test('brings two keys, and only one of them shows itself', async () => {
    const { ana, ben, cleo, mallory } = own.people
    own.steps.set(4, await sign(rotateFields(4, 2, [ana, ben, cleo, mallory]), [ana, ben, cleo]))
    expect(await verdict()).toEqual(['silent-new-key', 'trust/threshold', 4])
  })

  test('brings back a key that left, without its holder', async () => {
    const { ana, ben, cleo } = own.people
    own.steps.set(4, await sign(rotateFields(4, 2, [ana, ben, cleo]), [ben, cleo]))
    expect(await verdict()).toEqual(['silent-new-key', 'trust/threshold', 4])
  })

  test('is signed twice by one key under two ids', async () => {
    const { ana } = own.people
    const again = alias(ana, 'ana the second')
    own.steps = new Map([[1, await sign(rotateFields(1, 2, [ana, again]), [ana, again])]])
    expect(await verdict()).toEqual(['signed-twice', 'trust/threshold', 1])
  })

  test('carries a signature that does not fit', async () => {
    const { ben, cleo } = own.people
    const other = await sign(rotateFields(4, 1, [ben, cleo], { 'x-note': 'before' }), [ben, cleo])
    const { signatures } = JSON.parse(new TextDecoder().decode(other))
    const signed = rotateFields(4, 1, [ben, cleo])
    own.steps.set(4, utf8(JSON.stringify({ signatures, signed })))
    expect(await verdict()).toEqual(['old-threshold', 'trust/bad-signature', 4])
  })

  test('puts another key under the id of an old one', async () => {
    const { ben, cleo, mallory } = own.people
    const swapped = { [ben.id]: mallory.raw, [cleo.id]: cleo.raw }
    own.steps.set(4, await sign(rotateFields(4, 2, [ben, cleo], { keys: swapped }), [ben, cleo]))
    expect(await verdict()).toEqual(['malformed-step', 'trust/changed', 4])
  })
})

test('whichever bit of a change flips, the chain is no longer what it was', async () => {
  const good = await own.verify()
  const before = good.steps.map(({ digest }) => digest).join()
  let verdicts = 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.nat(), fc.nat(7), async (version, at, bit) => {
      const bytes = (own.good[version - 1] ?? utf8('')).slice()
      const place = at % bytes.length
      bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
      own.steps = new Map(own.good.map((one, i) => [i + 1, one]))
      own.steps.set(version, bytes)
      const chain = await own.verify()
      // White space outside of what is signed, and the signatures' envelope, carry nothing: the same change, signed the same.
      const isSame = chain.steps.map(({ digest }) => digest).join() === before
      if (!isSame) verdicts++
      expect(isSame || chain.problem !== undefined).toBe(true)
    }),
    { numRuns: 300 },
  )
  expect(verdicts).toBeGreaterThan(150)
})

test('nobody can be kept waiting by a history without end', async () => {
  for (let version = 4; version <= 1100; version++)
    own.meta[`${stepName('loom', version)}.json`] = { version, length: 1, hashes: { sha256: 'aa' } }
  expect(await verdict()).toEqual(['malformed-step', 'trust/changed', undefined])
})

test('what cannot be reached is an error, not a verdict', async () => {
  const set = await own.set()
  const remote = {
    ...own.remote,
    read: () => Promise.reject(new AppError({ code: 'source/unreachable', message: 'away' })),
  }
  const options = { now, signal: never, expired: 'refuse' } as const
  expect(await codeOfPromise(verifyKeyChain('loom', set, remote, options))).toBe('source/unreachable')
})
