// verify of an asfaload project: which release a downloaded file belongs to, by whom that is signed, and whether it was revoked.

import { AppError } from '../../../core/error.ts'
import { verdictFault, verdictLines } from '../../../core/systems/asfaload/verdict-words.ts'
import type { Transport } from '../../../core/transport.ts'
import { forgeAt } from '../../../node/asfaload/public-address.ts'
import { verifyReleasedFile } from '../../../node/asfaload/verify.ts'
import { withRelease } from '../../../node/asfaload/web-mirror.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { isWebLocation } from '../../../node/location.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { grouped } from '../../drafting.ts'
import { progressLine } from '../../progress.ts'
import { contextOf, readState } from '../../session.ts'
import { quorumData } from '../../show.ts'
import { wrapped } from '../../text.ts'

export async function verifyReleased(parsed: Parsed, desk: Desk, source: OpenSource, io: Io): Promise<Answer> {
  const [file = ''] = parsed.positionals
  const { transport, pinned } = source
  const line = progressLine(file)
  const context = contextOf(source, io)
  const release = parsed.text('release')
  const isListed = !isWebLocation(pinned.location)
  if (release === undefined && !isListed) throw releaseMissing(source)
  const place = release === undefined || isListed ? transport : placeOf(source, release)
  const asked = { folder: '', forge: forgeAt(pinned.location), transport: place, context }
  const { verdict, length, sha512 } = await verifyReleasedFile(asked, file, { progress: line.show }).finally(line.end)
  // Which signers are trusted from now on is kept, so that nobody can lead back behind them.
  const { anchor } = await readState(desk, source, io)
  const quorums = 'quorums' in verdict ? { quorums: verdict.quorums.map(quorumData) } : {}
  const data = { ...verdict, ...quorums, length, sha512, signers: { version: anchor.version, sha256: anchor.digest } }
  const said = answer(
    data,
    ...wrapped([
      ...verdictLines(verdict, file, pinned.name),
      `  signers: ${anchor.title}, led to step by step from those pinned here`,
      `  ${grouped(length)} bytes, sha512 ${sha512.slice(0, 32)}…`,
    ]),
  )
  const failed = verdictFault(verdict, file)
  return failed === undefined ? said : { ...said, failed }
}

/** With one release that cannot be found without its name. */
function placeOf({ backend, transport }: OpenSource, release: string): Transport {
  return backend === undefined ? withRelease(transport, release) : backend.asked({ releases: [release] }).transport
}

function releaseMissing({ pinned: { location }, backend }: OpenSource): AppError {
  const what = backend === undefined ? 'a web server, which cannot be listed' : 'at a backend, which lists no releases'
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is ${what}: it must be told which release the file is from`,
    hint: 'name its folder: --release releases/download/v1.0; or open a clone of the mirror',
  })
}
