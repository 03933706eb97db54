// What a person finds on the second screen, and where they say so.
import type { ReactElement } from 'react'
import type { ProposalView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { screenSentence } from './asked.tsx'
import { limitOfSecondScreen, ScreenWords } from './screen-words.tsx'

/** A change that was carried here asks for the words before it is signed; of any other they can be compared here. */
export function OtherScreen({ proposal }: { proposal: ProposalView }): ReactElement {
  const { refresh, say } = useApp()
  const { id: proposalId, carried, secondScreen } = proposal
  return (
    <section className="card stack" aria-label="What the other screen shows">
      <div>
        <h2>What the other screen shows</h2>
        <p className="soft measure">
          It works everything out by itself: read there what the change does.{' '}
          {carried !== undefined
            ? 'Before you sign, you are asked for three of its words.'
            : secondScreen === 'compared'
              ? null
              : 'Then type its words for the other screen, those under these numbers.'}
        </p>
      </div>
      {carried !== undefined ? null : secondScreen === 'compared' ? (
        <p role="status">{screenSentence(secondScreen)}</p>
      ) : (
        <ScreenWords
          proposalId={proposalId}
          onCompared={() => {
            say('The two screens say the same')
            refresh()
          }}
        />
      )}
      <p className="small soft">{limitOfSecondScreen}</p>
    </section>
  )
}
