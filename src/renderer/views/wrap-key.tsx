// FIDO2 tokens cannot sign for repositories, but they can hold the secret that opens a software key: made here, and
// opened by a second token too, so that one may be lost.

import { type ReactElement, useId, useState } from 'react'
import { isKeyName } from '../../core/key-name.ts'
import type { TokensView, TokenView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge } from '../bridge.ts'
import { Choice } from '../components/choice.tsx'
import { plainForeign } from '../foreign.ts'
import { tokenTitle, wrappedElsewhere } from '../token-words.ts'
import type { TokenDesk } from '../use-token-desk.ts'
import { HolderName } from './enrol.tsx'

interface WrapProps {
  token: TokenView
  view: TokensView
  desk: TokenDesk
  onClose: () => void
}

const words = 'The token is asked. A small window may ask for its FIDO2 PIN, and it wants to be touched.'

export function WrapKey({
  token,
  view,
  desk,
  onDone,
  onClose,
}: WrapProps & { onDone: (holder: string, key: string) => void }): ReactElement {
  const { live } = useApp()
  const [holder, setHolder] = useState('')
  const [key, setKey] = useState('')
  const [scheme, setScheme] = useState<'ed25519' | 'ecdsa-p256-sha256'>('ed25519')
  const [made, setMade] = useState<string>()
  const id = useId()
  const ready = holder.trim() !== '' && isKeyName(key) && desk.busy === undefined
  const send = async () => {
    // Should the second step fail, the key is there: it is not made a second time.
    if (made !== key) {
      const answer = await desk.run(token, words, () =>
        bridge().tokens.wrapKey({ name: key, tokenId: token.id, scheme }),
      )
      if (!answer.ok) return
      live.take(answer.value)
      setMade(key)
    }
    const name = holder.trim()
    const enrolled = await desk.run(token, 'Writing down whose key it is.', () =>
      bridge().tokens.enroll({ name, tokenId: token.id, slot: key }),
    )
    if (!enrolled.ok) return
    live.take(enrolled.value)
    onDone(name, key)
  }
  return (
    <form
      className="inside stack"
      aria-label={`Make a key that only ${tokenTitle(token)} opens`}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) send()
      }}
    >
      <h3>Make a key that only this token opens</h3>
      <p className="soft measure">
        The key lies sealed on this machine. Only a touch of this token opens it, and only for the moment of a
        signature.
      </p>
      <HolderName value={holder} onChange={setHolder} names={view.holders.map((one) => one.name)} />
      <div className="field">
        <label htmlFor={id}>Name of the key</label>
        <input
          id={id}
          className="input name"
          type="text"
          maxLength={64}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <p className={key === '' || isKeyName(key) ? 'hint' : 'hint wrong'}>
          Letters, digits, hyphens: "dana-office", "release-2026".
        </p>
      </div>
      <fieldset className="field">
        <legend>Kind</legend>
        <Choice name="wrap-scheme" checked={scheme === 'ed25519'} onPick={() => setScheme('ed25519')}>
          Ed25519, the usual choice
        </Choice>
        <Choice
          name="wrap-scheme"
          checked={scheme === 'ecdsa-p256-sha256'}
          onPick={() => setScheme('ecdsa-p256-sha256')}
        >
          P-256, for repositories that ask for it
        </Choice>
      </fieldset>
      <Buttons verb="Make the key" ready={ready} desk={desk} onClose={onClose} />
    </form>
  )
}

export function AddSpare({
  token,
  view,
  desk,
  name: start,
  onDone,
  onClose,
}: WrapProps & { name: string; onDone: (key: string) => void }): ReactElement {
  const { live } = useApp()
  const id = useId()
  const found = wrappedElsewhere(view, token)
  const names = start === '' || found.includes(start) ? found : [start, ...found]
  const [name, setName] = useState(start === '' ? (names[0] ?? '') : start)
  const ready = name !== '' && desk.busy === undefined
  const send = async () => {
    const added = await desk.run(
      token,
      `${words} The token that opens the key now must be plugged in as well, and is touched first.`,
      () => bridge().tokens.addSpare({ name, tokenId: token.id }),
    )
    if (!added.ok) return
    live.take(added.value)
    onDone(name)
  }
  return (
    <form
      className="inside stack"
      aria-label={`Add ${tokenTitle(token)} as spare`}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) send()
      }}
    >
      <h3>Add this token as spare</h3>
      <p className="soft measure">
        Either of the two tokens then opens the key. Leave the other one plugged in: it must open the key once for this.
      </p>
      <div className="field">
        <label htmlFor={id}>Which key</label>
        <select id={id} className="input pick" value={name} onChange={(event) => setName(event.target.value)}>
          {names.map((one) => (
            <option key={one} value={one}>
              {plainForeign(one)}
            </option>
          ))}
        </select>
      </div>
      <Buttons verb="Add as spare" ready={ready} desk={desk} onClose={onClose} />
    </form>
  )
}

function Buttons({
  verb,
  ready,
  desk,
  onClose,
}: {
  verb: string
  ready: boolean
  desk: TokenDesk
  onClose: () => void
}): ReactElement {
  return (
    <div className="row">
      <button type="submit" className="button go" disabled={!ready}>
        {verb}
      </button>
      <button type="button" className="button" disabled={desk.busy !== undefined} onClick={onClose}>
        Close, change nothing
      </button>
    </div>
  )
}
