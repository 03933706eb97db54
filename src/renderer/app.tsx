// The frame of the window: rail, banners, the current screen, and the one approval that may be running.
import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ErrorData } from '../core/error.ts'
import type { AppInfo, Receipt } from '../ipc/contract.ts'
import { AppFrameContext, type Work } from './app-context.ts'
import { bridge, settle, useAnswer } from './bridge.ts'
import { WarnIcon } from './components/icons.tsx'
import { Page, Waiting } from './components/page.tsx'
import { Problem } from './components/problem.tsx'
import { Rail } from './components/rail.tsx'
import { type Touch, TouchDialog } from './components/touch.tsx'
import { waitingForMe } from './library.ts'
import { hashOf, roomOf } from './route.ts'
import { DropVeil, useDrops, useHanded } from './use-handed.tsx'
import { useRoute } from './use-route.ts'
import { keysOn, useTokens } from './use-tokens.ts'
import { Carry } from './views/carry/carry.tsx'
import { HandedOver } from './views/carry/handed.tsx'
import { Scan } from './views/carry/scan.tsx'
import { Ceremonies } from './views/ceremony/ceremonies.tsx'
import { CeremonyScript } from './views/ceremony/ceremony-script.tsx'
import { Run } from './views/ceremony/run.tsx'
import { Create } from './views/create.tsx'
import { Done } from './views/done.tsx'
import { Edit } from './views/edit.tsx'
import { Failed } from './views/failed.tsx'
import { Home } from './views/home.tsx'
import { Invitation } from './views/invitation.tsx'
import { Keys } from './views/keys.tsx'
import { OpenSource } from './views/open-source.tsx'
import { Found } from './views/project/found.tsx'
import { Project } from './views/project/project.tsx'
import { Registry } from './views/registry/registry.tsx'
import { Repositories } from './views/repositories.tsx'
import { Repository } from './views/repository.tsx'
import { Review } from './views/review.tsx'
import { Sign } from './views/sign.tsx'
import { Tokens } from './views/tokens.tsx'
import { Welcome } from './views/welcome.tsx'

type Flow =
  | { step: 'none'; note?: string }
  | { step: 'working'; work: Work }
  | { step: 'failed'; work: Work; error: ErrorData }
  | { step: 'done'; work: Work; receipt: Receipt }

export function App({ info: started }: { info: AppInfo }): ReactElement {
  const [info, setInfo] = useState(started)
  const [revision, setRevision] = useState(0)
  const [touch, setTouch] = useState<Touch>()
  const [flow, setFlow] = useState<Flow>({ step: 'none' })
  const [said, setSaid] = useState('')
  const [opening, setOpening] = useState<string>()
  /** A request that was read from codes for a ceremony: it waits there until somebody takes it in. */
  const [scanned, setScanned] = useState<{ ceremonyId: string; packed: string }>()
  const { route, go } = useRoute()
  const sources = useAnswer('sources', revision, () => bridge().sources.list())
  const live = useTokens(revision)
  const inbox = useAnswer('inbox', revision, () => bridge().proposals.list())

  useEffect(
    () =>
      bridge().notices.listen((notice) => {
        if (notice.kind === 'changed') setRevision((now) => now + 1)
        else if (notice.kind === 'touch') {
          const { device, purpose, timeoutMs, practice, agent = false } = notice
          setTouch({ device, purpose, timeoutMs, practice, agent, since: performance.now() })
        } else if (notice.kind === 'touch-over') setTouch(undefined)
      }),
    [],
  )

  // A sentence stays long enough to be read, then goes; the same one may be said again.
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => setSaid(''), 6000)
    return () => clearTimeout(timer)
  }, [said])

  const refresh = useCallback(() => setRevision((now) => now + 1), [])
  // A key that comes or goes with its token changes what waits for whom.
  const keysHere = keysOn(live.tokens)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys are what is watched
  useEffect(refresh, [keysHere])
  const begin = useCallback(async (work: Work) => {
    setTouch(undefined)
    setFlow({ step: 'working', work })
    const proposalId = work.proposal.id
    const outcome = await settle(
      work.kind === 'publish'
        ? bridge().proposals.publish({ proposalId })
        : work.invitation === undefined
          ? bridge().proposals.approve({ proposalId, signerId: work.signer.id })
          : bridge().invitations.accept({
              invitationId: work.invitation.id,
              signerId: work.signer.id,
              digest: work.invitation.digest,
            }),
    )
    setTouch(undefined)
    setRevision((now) => now + 1)
    if (outcome.ok) setFlow({ step: 'done', work, receipt: outcome.value })
    else if (outcome.error.code === 'user/cancelled') {
      setFlow({
        step: 'none',
        note: work.kind === 'sign' ? 'Cancelled. Nothing was signed.' : 'Cancelled. Nothing was published.',
      })
    } else setFlow({ step: 'failed', work, error: outcome.error })
  }, [])

  const goOffline = useCallback(async () => {
    const outcome = await settle(bridge().app.goOffline())
    if (outcome.ok) setInfo(outcome.value)
    setSaid(
      outcome.ok
        ? 'Offline until Countersign is closed. Changes come and go as files and QR codes.'
        : outcome.error.message,
    )
  }, [])
  const { handed, hand, putAway } = useHanded(go)
  const isRun = route.screen === 'ceremony' || (route.screen === 'scan' && route.ceremonyId !== undefined)
  const isOver = useDrops({
    ...{ hand, say: setSaid },
    held:
      flow.step === 'working'
        ? 'A signature is being made. Drop it again when that is done.'
        : isRun
          ? 'A ceremony is being held. What it takes in is dropped at its step.'
          : undefined,
  })
  const frame = useMemo(
    () => ({ info, revision, say: setSaid, begin, refresh, live, hand }),
    [info, revision, begin, refresh, live, hand],
  )
  const place = hashOf(route)
  const shown = useRef(place)
  // Leaving a receipt or a failure by the rail closes it; a running approval stays until it ends or is cancelled.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what is watched
  useEffect(() => {
    setFlow((now) => (now.step === 'working' ? now : { step: 'none' }))
    // Others work in these repositories too: whoever comes back to a list sees what is there now.
    if (shown.current !== place && (route.screen === 'home' || route.screen === 'repositories')) refresh()
    shown.current = place
  }, [place])

  const screen = (): ReactElement => {
    if (flow.step === 'working') return <Sign key="sign" work={flow.work} touch={touch} />
    if (flow.step === 'failed') {
      return (
        <Failed
          key="failed"
          work={flow.work}
          error={flow.error}
          onAgain={() => begin(flow.work)}
          onBack={() => setFlow({ step: 'none' })}
        />
      )
    }
    if (flow.step === 'done') {
      return (
        <Done
          key={`done ${flow.receipt.kind}`}
          work={flow.work}
          receipt={flow.receipt}
          onClose={() => {
            setFlow({ step: 'none' })
            go({ screen: 'home' })
          }}
        />
      )
    }
    if (route.screen === 'review') {
      return <Review key={place} proposalId={route.proposalId} note={flow.note} />
    }
    if (route.screen === 'invitation') {
      const invitations = inbox.answer.kind === 'ready' ? inbox.answer.value.invitations : undefined
      return <Invitation key={place} id={route.invitationId} invitations={invitations} />
    }
    if (route.screen === 'repository') {
      return (
        <Repository key={`repository ${route.sourceId}`} sourceId={route.sourceId} tab={route.tab} role={route.role} />
      )
    }
    if (route.screen === 'edit') {
      return <Edit key={place} sourceId={route.sourceId} subject={route.subject} form={route.form} />
    }
    if (route.screen === 'ceremonies') return <Ceremonies key="ceremonies" go={go} />
    if (route.screen === 'ceremony-script') return <CeremonyScript key={place} scriptId={route.scriptId} go={go} />
    if (route.screen === 'ceremony')
      return (
        <Run
          key={place}
          ceremonyId={route.ceremonyId}
          scanned={scanned?.ceremonyId === route.ceremonyId ? scanned.packed : undefined}
        />
      )
    if (route.screen === 'handed') return <HandedOver key="handed" handed={handed} onAway={putAway} />
    if (route.screen === 'scan') {
      const { ceremonyId } = route
      return ceremonyId === undefined ? (
        <Scan key="scan" back="#handed" backName="Stop, use a file" />
      ) : (
        <Scan
          key={place}
          back={hashOf({ screen: 'ceremony', ceremonyId })}
          backName="Stop, back to the ceremony"
          onRead={(packed) => {
            setScanned({ ceremonyId, packed })
            go({ screen: 'ceremony', ceremonyId })
          }}
        />
      )
    }
    if (route.screen === 'carry') return <Carry key={place} proposalId={route.proposalId} what={route.what} />
    if (route.screen === 'project') return <Project key={place} {...route} />
    if (route.screen === 'registry') return <Registry key={place} {...route} />
    if (route.screen === 'found') return <Found key="found" />
    if (route.screen === 'create') return <Create key="create" />
    if (route.screen === 'keys') return <Keys key="keys" />
    if (route.screen === 'tokens') return <Tokens key="tokens" />
    if (route.screen === 'open') {
      return <OpenSource key={`open ${opening}`} location={opening} onDone={() => go({ screen: 'home' })} />
    }
    if (sources.answer.kind === 'failed') {
      return (
        <Page key="problem" title="Your repositories cannot be read">
          <Problem error={sources.answer.error} again={refresh} />
        </Page>
      )
    }
    if (sources.answer.kind === 'waiting') {
      return (
        <Page key="waiting" title="Countersign">
          <Waiting text="Reading your repositories and checking every signature." />
        </Page>
      )
    }
    const list = sources.answer.value
    if (route.screen === 'repositories') return <Repositories key="repositories" sources={list} again={refresh} />
    if (list.length === 0) {
      return (
        <Welcome
          key="welcome"
          onInspect={(location) => {
            setOpening(location)
            go({ screen: 'open' })
          }}
        />
      )
    }
    return <Home key="home" sources={list} inbox={inbox.answer} again={refresh} />
  }

  return (
    <AppFrameContext value={frame}>
      <div className={isRun ? 'app alone-app' : 'app'}>
        {isRun ? null : (
          <Rail
            room={roomOf(route)}
            waiting={inbox.answer.kind === 'ready' ? waitingForMe(inbox.answer.value) : 0}
            held={flow.step === 'working'}
            go={go}
            onOffline={goOffline}
          />
        )}
        <div className="stage">
          {info.offline ? (
            <section className="band offline" aria-label="Offline">
              <p>Offline: nothing of Countersign reaches a network.</p>
            </section>
          ) : null}
          {info.sandboxed ? null : (
            <section className="band unsafe" aria-label="Warning">
              <WarnIcon />
              <p>The browser's own protection is off here: only rehearsal keys can sign.</p>
            </section>
          )}
          {screen()}
        </div>
        {touch === undefined || flow.step === 'working' ? null : (
          <TouchDialog touch={touch} signs={isRun} onCancel={() => settle(bridge().proposals.cancel())} />
        )}
        {isOver ? <DropVeil /> : null}
        <p className="toast" role="status">
          {said}
        </p>
      </div>
    </AppFrameContext>
  )
}
