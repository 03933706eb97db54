// Entry of the secret window: the only place in which a passphrase or PIN is typed.
import { type ReactElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './bridge.ts'
import { SecretPrompt } from './views/secret-prompt.tsx'
import './styles/index.css'

const place = document.getElementById('root')
const door = window.countersignPrompt

function Outside(): ReactElement {
  return (
    <main className="alone">
      <h1>This page belongs to Countersign</h1>
      <p>It works only in the app's own window.</p>
    </main>
  )
}

if (place !== null) {
  createRoot(place).render(<StrictMode>{door === undefined ? <Outside /> : <SecretPrompt door={door} />}</StrictMode>)
}
