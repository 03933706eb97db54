// An invitation to sign for roles from now on: with which key, what that would change, and one deliberate yes.
import { type ReactElement, useId, useState } from 'react'
import type { InvitationPreview, InvitationView, ProposalView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { type Answer, bridge, useAnswer } from '../bridge.ts'
import { ChangeCard, Findings } from '../components/change-card.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Page, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { QuorumBoard } from '../components/quorum-board.tsx'
import { Fingerprint } from '../components/words.tsx'
import { plainForeign } from '../foreign.ts'
import { invitedSentence } from '../format.ts'
import { signerPlace } from '../token-words.ts'
import { Confirm } from './confirm.tsx'
import { useKeyOptions } from './edit/key-picker.tsx'

interface InvitationProps {
  id: string
  /** undefined while the inbox is read. */
  invitations: readonly InvitationView[] | undefined
}

export function Invitation({ id, invitations }: InvitationProps): ReactElement {
  const [signerId, setSignerId] = useState<string>()
  const found = invitations?.find((one) => one.id === id)
  if (found === undefined) {
    return (
      <Page title="Invitation">
        {invitations === undefined ? (
          <Waiting text="Reading your repositories and checking every signature." />
        ) : (
          <p className="measure">This invitation is not open any more: it was accepted, or taken back.</p>
        )}
      </Page>
    )
  }
  return signerId === undefined ? (
    <Choose invitation={found} onChosen={setSignerId} />
  ) : (
    <Preview key={signerId} invitation={found} signerId={signerId} onBack={() => setSignerId(undefined)} />
  )
}

function Choose({
  invitation,
  onChosen,
}: {
  invitation: InvitationView
  onChosen: (signerId: string) => void
}): ReactElement {
  const id = useId()
  const options = useKeyOptions('')
  const [chosen, setChosen] = useState('')
  const { user, roles, known, sourceName } = invitation
  return (
    <Page
      title={invitedSentence(plainForeign(user), roles.map(plainForeign), known).slice(0, -1)}
      where={plainForeign(sourceName)}
    >
      <section className="card stack measure">
        <p>
          Whoever accepts puts a key of their own into {roles.length === 1 ? 'this role' : 'these roles'}, and signs
          with it from now on. The documents change by that: signatures that others made on them in this event are lost,
          and must be made again.
        </p>
        {known ? null : (
          <p>
            Go on only if you are <Foreign text={user} />. This is remembered for this repository.
          </p>
        )}
        {options.kind === 'waiting' ? <Waiting text="Looking for your keys." /> : null}
        {options.kind === 'failed' ? <Problem error={options.error} level={3} /> : null}
        {options.kind === 'ready' ? (
          <div className="field">
            <label htmlFor={id}>The key that you will sign with</label>
            <select id={id} className="input pick" value={chosen} onChange={(event) => setChosen(event.target.value)}>
              <option value="">Choose a key</option>
              {options.value.map((key) => (
                <option key={key.signerId} value={key.signerId}>
                  {plainForeign(key.owner ?? key.label)}, {key.fingerprint}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        <div className="row">
          <button type="button" className="button go" disabled={chosen === ''} onClick={() => onChosen(chosen)}>
            Show what would change
          </button>
          <a className="button" href="#home">
            Not now
          </a>
        </div>
      </section>
    </Page>
  )
}

function Preview({
  invitation,
  signerId,
  onBack,
}: {
  invitation: InvitationView
  signerId: string
  onBack: () => void
}): ReactElement {
  const { begin } = useApp()
  const [asked, setAsked] = useState(false)
  const { id: invitationId } = invitation
  // Asked once: what was shown is what is accepted, and its dates are those of this moment.
  const { answer, again } = useAnswer(`${invitationId} ${signerId}`, 0, () =>
    bridge().invitations.preview({ invitationId, signerId }),
  )
  const first = firstOf(answer)
  const all = answer.kind === 'ready' ? answer.value.proposals : []
  const signer = all.flatMap(({ signers }) => signers).find((one) => one.id === signerId)
  const label = signer === undefined ? '' : `Accept and sign with ${signerPlace(signer)}`
  return (
    <Page
      title="What accepting changes"
      where={plainForeign(invitation.sourceName)}
      rehearsal={first?.rehearsal === true}
      aside={
        first === undefined ? undefined : (
          <>
            <QuorumBoard quorums={first.quorums} />
            <section className="card" aria-label="Fingerprint">
              <h2 className="label">The same on every screen</h2>
              <Fingerprint words={first.words} digest={first.digest} what="the fingerprint of this change" />
            </section>
          </>
        )
      }
      foot={
        <>
          <p className="grow" role="status">
            {answer.kind === 'ready' && signer === undefined ? 'This key cannot sign for these roles.' : ''}
          </p>
          <button type="button" className="button" onClick={onBack}>
            Choose another key
          </button>
          {signer === undefined ? null : (
            <button type="button" className="button go" aria-haspopup="dialog" onClick={() => setAsked(true)}>
              {label}
            </button>
          )}
        </>
      }
    >
      {answer.kind === 'waiting' ? <Waiting text="Working out what would change." /> : null}
      {answer.kind === 'failed' ? <Problem error={answer.error} again={again} /> : null}
      {answer.kind === 'ready'
        ? answer.value.proposals.map((proposal) => <Changes key={proposal.id} proposal={proposal} />)
        : null}
      {answer.kind === 'ready' ? <Others others={answer.value.others} /> : null}
      {asked && answer.kind === 'ready' && first !== undefined && signer !== undefined ? (
        <Confirm
          kind="sign"
          label={label}
          proposal={{ ...first, ...togetherOf(all) }}
          signer={signer}
          onCancel={() => setAsked(false)}
          onConfirm={() =>
            begin({
              kind: 'sign',
              proposal: first,
              signer,
              invitation: { id: invitationId, digest: answer.value.digest },
            })
          }
        />
      ) : null}
    </Page>
  )
}

function firstOf(answer: Answer<InvitationPreview>): ProposalView | undefined {
  return answer.kind === 'ready' ? answer.value.proposals[0] : undefined
}

/** One yes is for all of them: it is asked for as the most dangerous one asks. */
function togetherOf(all: readonly ProposalView[]): Pick<ProposalView, 'headline' | 'title' | 'risk' | 'changes'> {
  const risks = all.map(({ risk }) => risk)
  return {
    headline: all.map(({ headline }) => headline).join('; '),
    title: all.map(({ title }) => title).join(', '),
    risk: (['dangerous', 'notable'] as const).find((risk) => risks.includes(risk)) ?? 'routine',
    changes: all.flatMap(({ changes }) => changes),
  }
}

function Others({ others }: Pick<InvitationPreview, 'others'>): ReactElement | null {
  if (others.length === 0) return null
  return (
    <section className="card stack tight" aria-label="More that waits for this key">
      <p>This event holds more that this key may sign. Accepting signs none of it: review each by itself afterwards.</p>
      <ul className="plain-list">
        {others.map(({ title, headline }) => (
          <li key={title}>
            <Foreign text={`${title}: ${headline}`} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Changes({ proposal }: { proposal: ProposalView }): ReactElement {
  return (
    <section className="stack tight" aria-label={plainForeign(proposal.title)}>
      <h2>
        <Foreign text={`${proposal.title}: ${proposal.headline}`} />
      </h2>
      <ul className="stack tight">
        {proposal.changes.map((change) => (
          <ChangeCard key={`${change.path} ${change.sentence}`} change={change} />
        ))}
      </ul>
      {proposal.findings.length === 0 ? null : <Findings findings={proposal.findings} />}
    </section>
  )
}
