// What a signing event brings along that no document of it says, and where the CI of tuf-on-ci will refuse it.
import type { Finding, Risk } from '../../../../proposal.ts'
import type { Context } from '../../../../system.ts'
import type { Transport } from '../../../../transport.ts'
import { renewalDaysOf, validityDaysOf } from '../../diff/period.ts'
import { countText, daysText, listText, roleText, someText, timeOf } from '../../diff/shown.ts'
import { keyIdOf } from '../../key.ts'
import type { Remarks } from '../../layout.ts'
import type { Metadata, Root } from '../../metadata.ts'
import { artifactRemarks, artifactRoom } from './artifacts.ts'
import { broughtAlong } from './brought.ts'
import { invitesName, maxInvitesBytes, parseInvites } from './invites.ts'
import { remark } from './remark.ts'

/** For one look at an event: what is compared in it has one limit, however many documents it changes. */
export function remarks(source: Transport, context: Context, room = artifactRoom()): Remarks {
  const { now, signal } = context
  return async (role, after) => {
    const changed = (await source.list('changed/', signal)).map((name) => name.slice('changed/'.length))
    const { signed } = after
    return [
      ...(signed.type === 'root' ? rootRemarks(signed) : []),
      ...periodRemarks(role, after, now),
      ...(signed.type === 'targets' ? await artifactRemarks(role, signed, changed, source, room, signal) : []),
      ...(await broughtAlong(role, after, changed, source, signal)),
      ...(await inviteRemarks(role, source, signal)),
    ]
  }
}

const refuses = (risk: Risk, sentence: string): Finding =>
  remark('ci-refuses', risk, `${sentence}. The CI of this repository refuses the event`)

function rootRemarks({ keys, roles, consistentSnapshot }: Root): Finding[] {
  const found: Finding[] = []
  const foreign = [...keys.values()].filter(({ id, raw }) => keyIdOf(raw) !== id)
  if (foreign.length > 0)
    found.push(
      refuses(
        'dangerous',
        `the id of ${countText(foreign.length, 'key')} (${someText(foreign.map(({ id }) => id.slice(0, 8)))}) does not follow from its content`,
      ),
    )
  if (!consistentSnapshot) found.push(refuses('dangerous', 'consistent snapshots are off'))
  const [snapshot, timestamp] = [roles.get('snapshot'), roles.get('timestamp')]
  const keyIds = (ids: readonly string[] | undefined): string => [...(ids ?? [])].sort().join()
  if (keyIds(snapshot?.keyids) !== keyIds(timestamp?.keyids) || snapshot?.threshold !== timestamp?.threshold)
    found.push(refuses('dangerous', 'snapshot and timestamp do not have the same keys and the same threshold'))
  for (const [name, role] of [['snapshot', snapshot] as const, ['timestamp', timestamp] as const]) {
    const [lasts, early] = [validityDaysOf(role?.raw ?? {}), renewalDaysOf(role?.raw ?? {})]
    if (lasts === undefined || early === undefined || early >= lasts)
      found.push(refuses('notable', `${name} lasts ${dayText(lasts)} and is due ${dayText(early)} before its end`))
  }
  return found
}

function dayText(days: number | undefined): string {
  return days === undefined ? 'no stated time' : daysText(days)
}

function periodRemarks(role: string, { signed }: Metadata, now: Date): Finding[] {
  const lasts = validityDaysOf(signed.raw)
  if (lasts === undefined) return [refuses('notable', `${roleText(role)} does not say how long a version lasts`)]
  const latest = now.getTime() + lasts * 86_400_000
  if ((timeOf(signed.expires) ?? 0) <= latest) return []
  return [refuses('notable', `${roleText(role)} lasts longer than the ${daysText(lasts)} that it states`)]
}

async function inviteRemarks(role: string, source: Transport, signal: AbortSignal): Promise<Finding[]> {
  const invites = parseInvites(await source.read(`event/${invitesName}`, maxInvitesBytes, signal))
  const users = [...invites].filter(([, roles]) => roles.includes(role)).map(([user]) => user)
  if (users.length === 0) return []
  const who = listText(users)
  return [
    remark(
      'invited',
      'notable',
      `${who} ${users.length === 1 ? 'is' : 'are'} invited to ${roleText(role)} and must accept first: that makes this document anew, and signatures made before it are lost`,
    ),
  ]
}
