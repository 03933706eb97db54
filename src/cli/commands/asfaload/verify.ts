// verify of an asfaload project: which release a downloaded file belongs to, by whom that is signed, and whether it was revoked.
import { verdictFault, verdictLines } from '../../../core/systems/asfaload/verdict-words.ts'
import { projectAt } from '../../../node/asfaload/listing.ts'
import { verifyReleasedFile } from '../../../node/asfaload/verify.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { grouped } from '../../drafting.ts'
import { progressLine } from '../../progress.ts'
import { contextOf, readState } from '../../session.ts'
import { quorumData } from '../../show.ts'
import { wrapped } from '../../text.ts'

export async function verifyReleased(parsed: Parsed, desk: Desk, source: OpenSource, io: Io): Promise<Answer> {
  const [file = ''] = parsed.positionals
  const line = progressLine(file)
  const release = parsed.text('release')
  const asked = await projectAt(source, release, contextOf(source, io))
  const { verdict, length, sha512 } = await verifyReleasedFile(asked, file, { progress: line.show }).finally(line.end)
  // Which signers are trusted from now on is kept, so that nobody can lead back behind them.
  const { anchor } = await readState(desk, source, io)
  const quorums = 'quorums' in verdict ? { quorums: verdict.quorums.map(quorumData) } : {}
  const data = { ...verdict, ...quorums, length, sha512, signers: { version: anchor.version, sha256: anchor.digest } }
  const said = answer(
    data,
    ...wrapped([
      ...verdictLines(verdict, file, source.pinned.name, release),
      `  signers: ${anchor.title}, led to step by step from those pinned here`,
      `  ${grouped(length)} bytes, sha512 ${sha512.slice(0, 32)}…`,
    ]),
  )
  const failed = verdictFault(verdict, file)
  return failed === undefined ? said : { ...said, failed }
}
