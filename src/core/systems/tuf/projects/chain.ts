// The verdict on a project's keys: from its first ones, change by change, to those that the repository uses for it now.
// The repository's own keys are not believed in this; whoever holds them can do harm, but not without its showing here.
import { AppError, isVerdict } from '../../../error.ts'
import type { Transport } from '../../../transport.ts'
import type { Authority } from '../authority.ts'
import type { ClientOptions } from '../check.ts'
import type { TrustedSet } from '../client.ts'
import type { MetaFile, Snapshot } from '../metadata.ts'
import { type ChainProblem, problem, titleOfStep } from './fault.ts'
import { delegationProblem } from './force.ts'
import { parseStepName } from './name.ts'
import { type Registry, readRegistries } from './registry.ts'
import type { RotateFile } from './rotate.ts'
import { type KeyStep, readStep, unlistedStep } from './step.ts'

export type { KeyStep } from './step.ts'

export interface KeyChain {
  project: string
  /** Verified, from the first on; where the chain breaks, those before the break. */
  steps: readonly KeyStep[]
  /** Whom the project's own people named last. */
  newest?: RotateFile
  /** Whom the repository names. */
  inForce?: Authority
  /** Absent only when everything is as the project's own people decided. */
  problem?: ChainProblem
}

export interface ChainOptions extends ClientOptions {
  /** Digests of the changes that were seen before, the first one first: what must still be there. */
  known?: readonly string[]
  /** What readRegistries gives, read once where many projects are judged. */
  registries?: () => Promise<readonly Registry[]>
}

/** As many as there may be new roots at once; more is no history of a team. */
const maxSteps = 1024

export async function verifyKeyChain(
  project: string,
  set: TrustedSet,
  remote: Transport,
  options: ChainOptions,
): Promise<KeyChain> {
  const listed = listedSteps(set.snapshot.signed).get(project) ?? new Map<number, MetaFile>()
  const { steps, problem: broken } = await readSteps(project, listed, remote, options)
  const verified = steps.map(({ file }) => file)
  const known = options.known ?? []
  const found = await readForce(project, set, remote, options)
  if ('problem' in found) return chain(project, steps, undefined, broken ?? found.problem)
  const { registries } = found
  const inForce = delegatedByRegistry(registries, project)
  if (listed.size === 0 && known.length === 0 && inForce === undefined) throw unknownProject(project)
  const verdict =
    broken ??
    memoryProblem(project, steps, known) ??
    (await delegationProblem({ project, files: verified, registries, inForce }, () =>
      unlistedStep(project, verified, remote, options),
    ))
  return chain(project, steps, inForce, verdict)
}

function chain(
  project: string,
  steps: readonly KeyStep[],
  inForce: Authority | undefined,
  verdict: ChainProblem | undefined,
): KeyChain {
  const newest = steps.at(-1)?.file
  return {
    project,
    steps,
    ...(newest === undefined ? {} : { newest }),
    ...(inForce === undefined ? {} : { inForce }),
    ...(verdict === undefined ? {} : { problem: verdict }),
  }
}

/** Who speaks for a project by the registries' word. */
export function delegatedByRegistry(registries: readonly Registry[], project: string): Authority | undefined {
  for (const { metadata } of registries) {
    const { delegations } = metadata.signed
    const role = delegations?.roles?.find(({ name }) => name === project)
    if (delegations !== undefined && role !== undefined) return { keys: delegations.keys, role }
  }
  return undefined
}

const indexes = new WeakMap<Snapshot, ReadonlyMap<string, ReadonlyMap<number, MetaFile>>>()

/** A snapshot may list thousands of projects: it is read through once, however many are asked for. */
function listedSteps(snapshot: Snapshot): ReadonlyMap<string, ReadonlyMap<number, MetaFile>> {
  const known = indexes.get(snapshot)
  if (known !== undefined) return known
  const index = new Map<string, Map<number, MetaFile>>()
  for (const [name, file] of snapshot.meta) {
    const step = parseStepName(name)
    if (step === undefined) continue
    const steps = index.get(step.project) ?? new Map<number, MetaFile>()
    steps.set(step.version, file)
    index.set(step.project, steps)
  }
  indexes.set(snapshot, index)
  return index
}

/** Every project that has a change on record. */
export function recordedProjects(snapshot: Snapshot): string[] {
  return [...listedSteps(snapshot).keys()]
}

interface Read {
  steps: KeyStep[]
  problem?: ChainProblem
}

async function readSteps(
  project: string,
  listed: ReadonlyMap<number, MetaFile>,
  remote: Transport,
  options: ChainOptions,
): Promise<Read> {
  const steps: KeyStep[] = []
  const verified: RotateFile[] = []
  if (listed.size > maxSteps) {
    const message = `the keys of ${project} are said to have changed ${listed.size} times, ${maxSteps} are believed`
    return { steps, problem: problem('malformed-step', 'trust/changed', message) }
  }
  for (let version = 1; version <= listed.size; version++) {
    options.signal.throwIfAborted()
    const step = { project, version }
    const entry = listed.get(version)
    if (entry === undefined) {
      const message = `${titleOfStep(step)} is missing, and ${Math.max(...listed.keys())} is there`
      return { steps, problem: problem('skipped-step', 'trust/rollback', message, { version }) }
    }
    const read = await readStep(step, entry, verified, remote, options)
    if ('fault' in read) return { steps, problem: read }
    steps.push(read)
    verified.push(read.file)
  }
  return { steps }
}

/** Against what was seen before: a history only grows. */
function memoryProblem(project: string, steps: readonly KeyStep[], known: readonly string[]): ChainProblem | undefined {
  const changed = steps.findIndex(({ digest }, i) => known[i] !== undefined && known[i] !== digest)
  if (changed >= 0) {
    const step = { project, version: changed + 1 }
    const message = `${titleOfStep(step)} is not the one that was seen before`
    return problem('rewritten-step', 'trust/changed', message, { version: changed + 1 })
  }
  if (steps.length >= known.length) return undefined
  const version = known.length
  const message = `${known.length} changes of the keys of ${project} were seen before, the repository now lists ${steps.length}`
  return problem('hidden-step', 'trust/rollback', message, { version })
}

async function readForce(
  project: string,
  set: TrustedSet,
  remote: Transport,
  options: ChainOptions,
): Promise<{ registries: readonly Registry[] } | { problem: ChainProblem }> {
  const read = options.registries ?? (() => readRegistries(set, remote, options))
  try {
    return { registries: await read() }
  } catch (thrown) {
    if (!isVerdict(thrown)) throw thrown
    const code = thrown.code === 'trust/expired' ? thrown.code : 'trust/changed'
    const message = `what the repository says of the keys of ${project} cannot be used: ${thrown.message}`
    return { problem: problem('registry', code, message) }
  }
}

function unknownProject(project: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `there is no project ${project} in this repository`,
    hint: 'check its name',
  })
}
