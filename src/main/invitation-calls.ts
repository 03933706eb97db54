// Invitations in the window: who is asked, what accepting would change, and accepting exactly that.
import { AppError } from '../core/error.ts'
import type { contract } from '../ipc/contract.ts'
import { remarkUnlessKept } from '../node/afterwards.ts'
import type { Desk, TufSource } from '../node/desk.ts'
import type { Acceptance } from '../node/invitation.ts'
import { readSettings, writeSettings } from '../node/sign-settings.ts'
import { parseGitAddress } from '../node/transports/git/address.ts'
import type { Alone } from './alone.ts'
import type { Handlers } from './ipc.ts'
import { openTuf } from './named-source.ts'
import * as present from './present.ts'

type Names = Extract<keyof typeof contract, `invitations.${string}`>

export interface InvitationParts {
  desk: Desk
  dataDir: string
  alone: Alone
  now(): Date
  signal: AbortSignal
}

export function invitationCalls({
  desk,
  dataDir,
  alone,
  now,
  signal,
}: InvitationParts): Pick<Handlers<typeof contract>, Names> {
  /** What was shown is what is accepted. */
  const prepared = new Map<string, Acceptance>()

  async function named(invitationId: string): Promise<{ source: TufSource; user: string }> {
    const colon = invitationId.indexOf(':')
    const source = await openTuf(desk, invitationId.slice(0, colon))
    return { source, user: invitationId.slice(colon + 1) }
  }

  return {
    'invitations.preview': async ({ invitationId, signerId }) => {
      const { source, user } = await named(invitationId)
      const acceptance = await desk.invitation(source, user, signerId, signal)
      if (acceptance.proposals.length === 0)
        throw new AppError({ code: 'internal/bug', message: 'accepting this invitation changes nothing' })
      prepared.clear()
      prepared.set(`${invitationId} ${signerId}`, acceptance)
      const signers = (await desk.signers(signal)).filter(({ id }) => id === signerId)
      return {
        digest: acceptance.digest,
        proposals: acceptance.proposals.map((proposal) => present.proposalView(source, proposal, signers)),
        others: acceptance.others.map(({ title, headline }) => ({ title, headline })),
      }
    },
    'invitations.accept': ({ invitationId, signerId, digest }) =>
      alone('an invitation', async (stop) => {
        const { source, user } = await named(invitationId)
        const held = prepared.get(`${invitationId} ${signerId}`)
        if (held === undefined || held.digest !== digest) {
          throw new AppError({
            code: 'trust/changed',
            message: 'what was shown is not what this would write any more',
            hint: 'look at the invitation again, then accept it',
          })
        }
        const { proposals, files } = await held.accept(stop)
        prepared.clear()
        const address = parseGitAddress(source.pinned.location)
        const remark = await remarkUnlessKept('your user name', async () => {
          if ((await readSettings(address, dataDir)).userName === undefined)
            await writeSettings(address, dataDir, { userName: user })
        })
        const signers = await desk.signers(signal)
        const signerLabel = signers.find(({ id }) => id === signerId)?.label ?? signerId
        const [proposal] = proposals
        if (proposal === undefined) throw new AppError({ code: 'internal/bug', message: 'nothing was written' })
        const receipt = present.receipt('signed', source, proposal, files, now(), signers, {
          signerLabel,
          ...(remark === undefined ? {} : { remark }),
        })
        return present.handedIn(receipt, await desk.destination(source))
      }),
  }
}
