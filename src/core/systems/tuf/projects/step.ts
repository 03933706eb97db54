// One change of a project's keys as a repository serves it: its bytes, what they say, and who signed them.
import { AppError, type ErrorData, isVerdict } from '../../../error.ts'
import type { QuorumKey } from '../../../proposal.ts'
import type { Transport } from '../../../transport.ts'
import { type ClientOptions, checkFits } from '../check.ts'
import { digestOf, type MetaFile } from '../metadata.ts'
import { maxBytes, metadataName } from '../names.ts'
import { rotateQuorums, type SidedQuorum } from './authority.ts'
import { type ChainFault, type ChainProblem, problem, quorumProblem, type Step, titleOfStep } from './fault.ts'
import { knownNames, trustedName } from './known-names.ts'
import { stepName } from './name.ts'
import { parseRotate, type RotateFile } from './rotate.ts'

export interface KeyStep {
  file: RotateFile
  /** Of the signed part: what a person compares, and what is remembered. */
  digest: string
  quorums: readonly SidedQuorum[]
}

/** As the snapshot lists it, and on top of the verified changes before. */
export async function readStep(
  step: Step,
  listed: MetaFile,
  verified: readonly RotateFile[],
  remote: Transport,
  options: ClientOptions,
): Promise<KeyStep | ChainProblem> {
  const { project, version } = step
  const title = titleOfStep(step)
  const stop = (fault: ChainFault, code: 'trust/changed' | 'trust/rollback', message: string): ChainProblem =>
    problem(fault, code, message, { version })
  // A chain that is kept for ever must be the same for ever: its files are named by their bytes.
  if (listed.version !== version)
    return stop('replayed-step', 'trust/rollback', `${title} is listed as version ${listed.version}`)
  if (listed.length === undefined || listed.hashes?.has('sha256') !== true)
    return stop('altered-step', 'trust/changed', `${title} is listed without its length and sha256`)
  const name = metadataName(stepName(project, version), version, true)
  const bytes = await readListed(name, Math.min(listed.length, maxBytes.root), remote, options)
  if (bytes === 'too-large') return stop('altered-step', 'trust/changed', `${title} is longer than it is listed`)
  if (bytes === undefined) return stop('withheld-step', 'trust/changed', `${title} is listed and not there`)
  const unfit = await verdict(() => checkFits(bytes, listed, name))
  if (unfit !== undefined) return stop('altered-step', 'trust/changed', unfit.message)
  return judgeStep(step, bytes, verified, name)
}

/** What the bytes say and who signed them, whatever lists them. */
async function judgeStep(
  step: Step,
  bytes: Uint8Array,
  verified: readonly RotateFile[],
  name: string,
): Promise<KeyStep | ChainProblem> {
  const { project, version } = step
  const title = titleOfStep(step)
  let file: RotateFile
  try {
    file = parseRotate(bytes, name)
  } catch (thrown) {
    const error = judged(thrown)
    return problem('malformed-step', 'trust/changed', `${title} cannot be read: ${error.message}`, { version })
  }
  if (file.role !== project) {
    const message = `${title} is a change of the keys of ${file.role}`
    return problem('foreign-step', 'trust/changed', message, { version })
  }
  if (file.version !== version) {
    const fault = file.version < version ? 'replayed-step' : 'skipped-step'
    return problem(fault, 'trust/rollback', `${title} says that it is change ${file.version}`, { version })
  }
  const before = verified.at(-1)
  const elsewhere = followProblem(before, file)
  if (elsewhere !== undefined) return elsewhere
  const quorums = await rotateQuorums(before, file)
  const nameOf = ({ ids: [id = ''] }: QuorumKey): string =>
    trustedName(file.keys.get(id) ?? before?.keys.get(id), id, knownNames(verified))
  return quorumProblem(step, file, quorums, nameOf) ?? { file, digest: digestOf(file), quorums }
}

/** People may hold a project of the same name in a second repository: what they signed there must not count here. */
export function followProblem(before: RotateFile | undefined, after: RotateFile): ChainProblem | undefined {
  const { role: project, version, previous } = after
  if (before === undefined || previous === undefined || previous === digestOf(before)) return undefined
  const message = `${titleOfStep({ project, version })} follows another change ${version - 1} than the one here`
  return problem('foreign-step', 'trust/changed', message, { version })
}

async function readListed(
  name: string,
  limit: number,
  remote: Transport,
  options: ClientOptions,
): Promise<Uint8Array | undefined | 'too-large'> {
  try {
    return await remote.read(name, limit, options.signal)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'source/too-large') return 'too-large'
    throw thrown
  }
}

function judged(thrown: unknown): ErrorData {
  if (isVerdict(thrown)) return thrown
  throw thrown
}

async function verdict(check: () => Promise<void>): Promise<ErrorData | undefined> {
  try {
    await check()
    return undefined
  } catch (thrown) {
    return judged(thrown)
  }
}

/** The next change, where it lies beside the others without being listed. */
export async function unlistedStep(
  project: string,
  verified: readonly RotateFile[],
  remote: Transport,
  options: ClientOptions,
): Promise<RotateFile | undefined> {
  const step = { project, version: (verified.at(-1)?.version ?? 0) + 1 }
  const name = metadataName(stepName(project, step.version), step.version, true)
  const bytes = await readListed(name, maxBytes.root, remote, options)
  if (bytes === undefined || bytes === 'too-large') return undefined
  const read = await judgeStep(step, bytes, verified, name)
  return 'fault' in read ? undefined : read.file
}
