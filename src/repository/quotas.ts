// How much may wait here, and how much a project may hold: as the signed configuration says.
import { toHex } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Pending } from '../core/system.ts'
import { countedConfiguration } from '../core/systems/tuf/configuration/published.ts'
import { type Settings, settingsOf } from '../core/systems/tuf/configuration/settings.ts'
import { parseMetadata, type Targets } from '../core/systems/tuf/metadata.ts'
import { typeOf } from '../core/systems/tuf/names.ts'
import { parseSubject } from '../core/systems/tuf/subject.ts'
import type { Trusted } from '../core/systems/tuf/trusted.ts'
import type { Look } from './ground.ts'

/** Each of them is read and judged anew at every look. */
const maxCandidates = 500

export async function settingsNow(now: Trusted): Promise<Settings> {
  return settingsOf(countedConfiguration(await now.configuration()))
}

/** `then`: all that would wait with it. */
export async function checkQuotas(proposal: Proposal, isNew: boolean, then: Pending, look: Look): Promise<void> {
  const { quotas } = await settingsNow(look.now)
  if (isNew) checkWaiting(proposal, quotas.candidatesPerKey, then)
  await checkProject(proposal, quotas, look)
}

/** Whoever proposes is known by their key only: a change counts for every key that has signed it. */
function checkWaiting(proposal: Proposal, perKey: number, { proposals, problems }: Pending): void {
  const waiting = proposals.length + problems.length
  if (waiting > maxCandidates) throw full(`${waiting} changes would wait here, and ${maxCandidates} may`, waiting)
  const counts = [...signingKeys(proposal)].map((key) => proposals.filter((one) => signingKeys(one).has(key)).length)
  const fewest = Math.min(...counts)
  if (counts.length > 0 && fewest > perKey) {
    throw full(`${fewest} changes signed by this key would wait here, and ${perKey} may`, fewest)
  }
}

function full(message: string, waiting: number): AppError {
  return new AppError({
    code: 'source/rejected',
    message,
    hint: 'finish or withdraw some of them, then propose this one again',
    data: { waiting },
  })
}

/** Hexadecimal SPKI of each key that has signed. */
export function signingKeys({ quorums }: Proposal): Set<string> {
  const entries = quorums.flatMap(({ keys }) => keys.filter(({ signed }) => signed))
  return new Set(entries.flatMap(({ key }) => (key === undefined ? [] : toHex(key.spki))))
}

async function checkProject({ subject, after, title }: Proposal, quotas: Settings['quotas'], look: Look) {
  const about = parseSubject(subject)
  if (about.kind !== 'role' || typeOf(about.role) !== 'targets' || about.role === 'targets') return
  // A role that others have delegated is theirs to bound; one that is still to come is bounded like a project.
  const isDelegated = (await look.now.authority(about.role)) !== undefined
  if (isDelegated && (await look.now.keyChain(about.role)) === undefined) return
  const { files, bytes } = sizeOf(parseMetadata(after, 'targets', title).signed)
  const { filesPerProject, bytesPerProject } = quotas
  if (files > filesPerProject) throw tooMuch(title, `${files} artifacts, and ${filesPerProject} are allowed`)
  if (bytes > bytesPerProject) throw tooMuch(title, `${bytes} bytes of artifacts, and ${bytesPerProject} are allowed`)
}

function sizeOf(signed: Targets): { files: number; bytes: number } {
  const paths = signed.targetPaths()
  return { files: paths.length, bytes: paths.reduce((sum, path) => sum + (signed.target(path)?.length ?? 0), 0) }
}

function tooMuch(title: string, what: string): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${title} lists ${what} for one project`,
    hint: 'remove old releases, or ask the holders of targets for more room',
  })
}
