// Entry of the main window: asks what app this is, then draws it.
import { type ReactElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { bridge, useAnswer } from './bridge.ts'
import './styles/index.css'

function Start(): ReactElement | null {
  const { answer } = useAnswer('info', 0, () => bridge().app.info())
  if (answer.kind === 'waiting') return null
  if (answer.kind === 'ready') return <App info={answer.value} />
  return (
    <main className="alone">
      <h1>Countersign could not start</h1>
      <p>{answer.error.message}</p>
      {answer.error.hint === undefined ? null : <p>{answer.error.hint}</p>}
      <p className="mono soft">{answer.error.code}</p>
    </main>
  )
}

function Outside(): ReactElement {
  return (
    <main className="alone">
      <h1>This page belongs to Countersign</h1>
      <p>It works only in the app's own window.</p>
    </main>
  )
}

const place = document.getElementById('root')
if (place !== null) {
  createRoot(place).render(<StrictMode>{window.countersign === undefined ? <Outside /> : <Start />}</StrictMode>)
}
