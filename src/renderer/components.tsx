// Every component once, on one page that the tests photograph. Never part of a build that is shipped.
import { type ReactElement, type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { AppInfo, QuorumView } from '../ipc/contract.ts'
import { AppFrameContext } from './app-context.ts'
import { ChangeCard, Findings, RiskChip } from './components/change-card.tsx'
import { ExpiryMeter } from './components/expiry.tsx'
import { Foreign, Hex, Time } from './components/foreign.tsx'
import { HoldButton } from './components/hold-button.tsx'
import { Page, RehearsalChip } from './components/page.tsx'
import { Problem } from './components/problem.tsx'
import { QuorumBoard } from './components/quorum-board.tsx'
import { Fingerprint } from './components/words.tsx'
import type { LiveTokens } from './use-tokens.ts'
import './styles/index.css'

const info: AppInfo = {
  version: '0',
  shell: 'chromium',
  sandboxed: true,
  offline: false,
  canPick: true,
  platform: 'linux',
  dataDir: '/',
  keychain: { available: true, sentence: '' },
}

const words =
  'topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless'.split(
    ' ',
  )
const digest = 'e58294f2e9a227486e8b061b31cc528fd7fa3f19'

const quorum: QuorumView = {
  name: 'Root 14',
  threshold: 3,
  signed: 1,
  met: false,
  keys: [
    { id: 'a1', ids: ['a1'], owner: 'Priya Raman', label: 'P-256', signed: true, rehearsal: false, signerIds: [] },
    { id: 'b2', ids: ['b2'], owner: 'Alex Moreau', label: 'P-256', signed: false, rehearsal: false, signerIds: ['k'] },
    {
      id: 'c3',
      ids: ['c3', 'c4'],
      owner: 'Łucja Þórsdóttir',
      label: 'P-256',
      signed: false,
      rehearsal: true,
      signerIds: [],
    },
    {
      id: 'd5',
      ids: ['d5'],
      label: 'unknown type ml-dsa',
      signed: false,
      rehearsal: false,
      signerIds: [],
      reason: 'this version cannot verify keys of this type',
    },
  ],
  strangers: [{ id: 'ffffffff00', reason: 'no key of this root has this id' }],
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <section className="card stack" aria-label={title}>
      <h2 className="label">{title}</h2>
      {children}
    </section>
  )
}

function Components(): ReactElement {
  return (
    <Page
      title="Components"
      where="each one once"
      rehearsal
      aside={
        <>
          <QuorumBoard quorums={[quorum]} />
          <Part title="Fingerprint">
            <Fingerprint words={words} digest={digest} what="an example" />
          </Part>
          <Part title="Expiry">
            {(
              [
                [-1, 'late'],
                [5, 'late'],
                [30, 'now'],
                [200, 'later'],
                [900, 'later'],
              ] as const
            ).map(([daysLeft, due]) => (
              <ExpiryMeter key={daysLeft} role={{ daysLeft, due }} />
            ))}
          </Part>
        </>
      }
    >
      <Part title="Buttons">
        <div className="row">
          <button type="button" className="button go">
            Sign with alex-office
          </button>
          <button type="button" className="button">
            Cancel, sign nothing
          </button>
          <button type="button" className="button" disabled>
            Not now
          </button>
          <button type="button" className="button quiet">
            Raw document
          </button>
          <button type="button" className="button danger-edge">
            Delete the key
          </button>
        </div>
        <div className="row">
          {[false, true].map((danger) => (
            <HoldButton
              key={String(danger)}
              label={danger ? 'Hold, dangerous' : 'Hold to sign'}
              holdMs={danger ? 2000 : 1000}
              disabled={false}
              danger={danger}
              otherwise="Nothing was signed."
              onHeld={() => {}}
            />
          ))}
        </div>
      </Part>
      <Part title="Marks and text">
        <div className="row">
          <RiskChip risk="dangerous" />
          <RiskChip risk="notable" />
          <RiskChip risk="routine" />
          <RehearsalChip />
          <Time at="2026-11-30T00:00:00Z" />
        </div>
        <p>
          <Foreign text={'telescope-\u202egpj.exe, zero\u200bwidth, no\u00a0break'} />
        </p>
        <Hex hex={digest} />
      </Part>
      <Part title="Field">
        <div className="field">
          <label htmlFor="example-field">Name</label>
          <input id="example-field" className="input name" defaultValue="alex-office" />
          <p className="hint">For you and the others.</p>
        </div>
      </Part>
      <ul className="stack tight">
        <ChangeCard
          change={{
            path: 'signed.roles.root.threshold',
            before: '3 of 5',
            after: '2 of 5',
            risk: 'dangerous',
            sentence: 'Root needs fewer signatures',
          }}
        />
        <ChangeCard
          change={{ path: 'signed.keys.a', after: digest, risk: 'notable', sentence: 'A public key is added' }}
        />
        <ChangeCard
          change={{
            path: 'signed.version',
            before: '14',
            risk: 'routine',
            sentence: 'A version is not there any more',
          }}
        />
      </ul>
      <Part title="Findings">
        <Findings
          findings={[
            { code: 'a', risk: 'dangerous', sentence: 'Two keys are left and three are needed.' },
            {
              code: 'b',
              risk: 'routine',
              sentence: 'Older clients read this form.',
              clients: ['tuf-js 2', 'go-tuf 0.5'],
            },
          ]}
        />
      </Part>
      <div className="note tone-ok">
        <h3>Your signature is in place and verified.</h3>
        <p>It was the last one needed.</p>
      </div>
      <Problem
        error={{ code: 'trust/rollback', message: 'timestamp is version 311, but version 340 was trusted here' }}
      />
      <Problem
        error={{
          code: 'source/unreachable',
          message: 'the server did not answer within 20 s',
          hint: 'check the connection',
        }}
        again={() => {}}
      />
    </Page>
  )
}

const place = document.getElementById('root')
const live: LiveTokens = { tokens: { kind: 'waiting' }, take: () => {}, again: () => {} }
const frame = { info, revision: 0, say: () => {}, begin: () => {}, refresh: () => {}, hand: () => {}, live }
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <AppFrameContext value={frame}>
        <div className="stage">
          <Components />
        </div>
      </AppFrameContext>
    </StrictMode>,
  )
}
