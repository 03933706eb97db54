// What of repositories of blocks is only read: their versions as a picture, and what an older client would say to the newest.
import { AppError } from '../../core/error.ts'
import { svgOf } from '../../core/systems/merkle/graph/svg.ts'
import { visible } from '../../core/visible.ts'
import type { Desk } from '../../node/desk.ts'
import { type AskedAs, readVersions } from '../../node/merkle/versions.ts'
import { openBlocks } from '../named-source.ts'
import { clientAnswer, versionsView } from '../present-versions.ts'
import type { Readings } from './readings.ts'

/** As many of each role as a window can show beside each other. */
const inWindow = 40

export function merkleReadings(desk: Desk): Pick<Readings, 'versions' | 'askedVersions' | 'versionsPicture'> {
  const read = async (sourceId: string, asked: AskedAs, signal: AbortSignal) => {
    const source = await openBlocks(desk, sourceId)
    const title = `Versions of ${visible(source.pinned.name)}`
    return readVersions(source, desk.context(source, signal), { title, ...asked })
  }
  return {
    versions: async ({ sourceId }, signal) => versionsView(await read(sourceId, { newest: inWindow }, signal)),
    askedVersions: async ({ sourceId, choice }, signal) => {
      const { asked, ...versions } = await read(sourceId, { choice }, signal)
      if (asked === undefined) throw new AppError({ code: 'internal/bug', message: 'nothing was asked' })
      return clientAnswer({ ...versions, asked })
    },
    versionsPicture: async ({ sourceId, choice }, signal) =>
      svgOf((await read(sourceId, choice === undefined ? {} : { choice }, signal)).layout),
  }
}
