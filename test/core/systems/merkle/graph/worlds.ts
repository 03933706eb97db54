// Repositories that pictures are made of.
import type { ClientState } from '../../../../../src/core/systems/merkle/accept.ts'
import { History, linkTo, targetsFields } from '../../../../support/merkle.ts'
import { type People, Scene } from '../scene.ts'

/** Three snapshots of targets and p. */
export async function smallWorld(who: People): Promise<Scene> {
  const scene = await Scene.of(who)
  await scene.snap()
  await scene.addTargets({ p: [[who.pia]] })
  await scene.snap()
  return scene
}

/** Five delegated roles, forty snapshots, three roots; roles move at their own pace, one is taken away. */
export async function busyWorld(who: People): Promise<Scene> {
  const scene = await Scene.of(who)
  const names = ['build', 'docs', 'firmware', 'site', 'tools']
  const all = Object.fromEntries(names.map((name) => [name, [[who.pia]] as const]))
  const roles = new Map(names.map((name) => [name, new History('targets')]))
  const move = (name: string) => roles.get(name)?.add(scene.store, [who.pia], targetsFields())
  const lasts = (left: readonly string[]) =>
    Object.fromEntries(left.map((name) => [name, scene.last(roles.get(name) ?? scene.p)]))
  await scene.addTargets(all)
  for (const name of names) await move(name)
  for (let at = 1; at < 40; at++) {
    if (at === 12 || at === 25) await scene.addRoot({})
    if (at % 9 === 0) await scene.addTargets(at > 30 ? without(all, 'site') : all)
    if (at % 2 === 0) await move('build')
    if (at % 3 === 0) await move('docs')
    if (at % 7 === 0) for (let i = 0; i < 3; i++) await move('firmware')
    if (at === 20) await move('site')
    if (at % 5 === 0) await move('tools')
    const retired = at >= 36 ? { site: lasts(['site']).site ?? scene.last(scene.p) } : {}
    const left = at >= 36 ? names.filter((name) => name !== 'site') : names
    await scene.snap({ delegated: lasts(left), retired: { p: scene.at(scene.p, 1), ...retired } })
  }
  return scene
}

function without<T>(map: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== name))
}

/** A client follows one history of targets for two versions; the head is of another that begins at the same place. */
export async function forkedWorld(who: People): Promise<{ scene: Scene; state: ClientState }> {
  const scene = await smallWorld(who)
  const fork = scene.targets.fork(2)
  for (const length of ['1', '2']) {
    await fork.add(scene.store, [who.tara], targetsFields({ p: [[who.pia], 1] }, targetOf(scene, Number(length))))
  }
  const held = await scene.snap({ targets: scene.at(fork, 3) })
  const state: ClientState = { root: linkTo(scene.last(scene.root)), snapshot: linkTo(held), gone: new Map() }
  for (let i = 0; i < 4; i++) await scene.addTargets({ p: [[who.pia]] })
  await scene.snap()
  await scene.snap()
  return { scene, state }
}

function targetOf(scene: Scene, length: number): object {
  return { 'p/file': { content: scene.store.putBytes(new Uint8Array(length), 0x55), length } }
}

/** A client far behind: most versions are unsigned, for on a way no signature is looked at. */
export async function farWorld(who: People, behind: number): Promise<{ scene: Scene; state: ClientState }> {
  const scene = await Scene.of(who)
  await scene.offer()
  const { state } = scene
  scene.targets.addMany(scene.store, behind - 1)
  scene.p.addMany(scene.store, behind - 2)
  for (let i = 0; i < behind - 1; i++) await scene.snapshot.add(scene.store, [], scene.snapFields({}))
  await scene.addRoot({})
  await scene.addTargets({ p: [[who.pia]] })
  await scene.addP()
  await scene.snap()
  return { scene, state }
}
