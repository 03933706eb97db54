// warg mirror, save, send: a registry as a folder; a signed record as a file, and from a file to the registry.

import { AppError } from '../../../core/error.ts'
import { isReady } from '../../../core/proposal.ts'
import { operatorSubject } from '../../../core/systems/warg/files.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { checkMay } from '../../../node/steward.ts'
import { mirrorRegistry } from '../../../node/warg/mirror.ts'
import { arrivedRecord, savedBytes } from '../../../node/warg/sent.ts'
import { type Answer, answer } from '../../command.ts'
import { readInput } from '../../input.ts'
import { notYet } from '../../not-yet.ts'
import { pickProposal } from '../../pick-proposal.ts'
import { proposalData } from '../../show.ts'
import { quoted, wrapped } from '../../text.ts'
import { notSeen } from '../publish.ts'
import { againOf, type Call, openRegistrySource, subjectOf } from './call.ts'
import { recordsText } from './words.ts'

const maxRecordFileBytes = 16 * 1024 * 1024

export async function mirror(call: Call): Promise<Answer> {
  const { source, context } = await openRegistrySource(call)
  const mirrored = await mirrorRegistry(source, call.words[0] ?? '', context)
  const { folder, files, packages, logLength, before } = mirrored
  const news = before === logLength ? 'nothing new' : `${logLength - (before ?? 0)} of them new`
  const went = before === undefined ? '' : `, ${news}`
  return answer(
    mirrored,
    ...wrapped([
      `${folder}: ${source.pinned.name} as of ${recordsText(logLength)}${went}; ${files.length} files`,
      `  the operator${packages.length === 0 ? '' : `, ${packages.join(', ')}`}`,
      'What waits here for signatures is not in it. On another machine: countersign pin FOLDER',
    ]),
  )
}

export async function save(call: Call): Promise<Answer> {
  const [name, file = ''] = call.words
  const subject = subjectOf(name)
  const { source } = await openRegistrySource(call)
  const proposal = await pickProposal(call.desk, source, subject, call.io.signal)
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
  if (!isReady(proposal)) throw notYet([proposal], againOf(call), source.layout)
  const bytes = savedBytes(proposal)
  await writeNewFile(file, bytes)
  const next =
    subject === operatorSubject
      ? 'Give it to whoever runs the registry, who adds it to the log of the operator.'
      : `Where the registry is reached: countersign warg send SOURCE ${quoted(file)}`
  const approvals = subject !== operatorSubject && proposal.quorums.length > 1 ? ', with its approvals' : ''
  return answer(
    { saved: file, bytes: bytes.length, digest: proposal.digest },
    ...wrapped([`${file}: the signed record ${proposal.title}${approvals}, ${bytes.length} bytes`, next]),
  )
}

export async function send(call: Call): Promise<Answer> {
  const { desk, io, parsed } = call
  const [file = ''] = call.words
  const { source, context } = await openRegistrySource(call)
  checkMay('publish', source)
  const bytes = await readInput(file, maxRecordFileBytes, io.signal)
  const { proposal, files, base } = await arrivedRecord(source, bytes, file, parsed.flag('replace'), context)
  await source.transport.write(files, base, `take in ${proposal.title}`, io.signal)
  let remark: string | undefined
  try {
    remark = (await desk.publish(source, proposal.id, io.signal)).remark
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    const { code, message, hint, data } = thrown
    const again = `it waits here with its signature: countersign publish ${againOf(call)} ${proposal.subject}`
    throw new AppError({
      ...{ code, message, hint: hint === undefined ? again : `${hint}; ${again}`, cause: thrown },
      ...(data === undefined ? {} : { data }),
    })
  }
  if (remark !== undefined) {
    const { title } = proposal
    const said = answer(
      { sent: title, remark, proposal: proposalData(proposal) },
      ...wrapped([`sent ${title}`, `  ! ${remark}`]),
    )
    return { ...said, failed: notSeen(title, againOf(call)) }
  }
  return answer(
    { published: proposal.title, proposal: proposalData(proposal) },
    ...wrapped([`published ${proposal.title}: ${proposal.headline}`]),
  )
}
