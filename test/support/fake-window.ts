// Puts the fake bridge where preload would put the real one. What it holds is chosen by the query of the page's address.
import type { PromptView } from '../../src/ipc/contract.ts'
import type { Fake, FakeOptions, FakePrompt, Scenario } from './fake-bridge.ts'
import { fakeBridge, fakePrompt } from './fake-bridge.ts'

declare global {
  interface Window {
    fake: Fake
    fakePrompt: FakePrompt
  }
}

const query = new URLSearchParams(window.location.search)
const scenarios: readonly Scenario[] = ['rich', 'empty', 'troubled', 'calm', 'tokens', 'carried', 'signers', 'registry']
const approve = query.get('approve')
const options: FakeOptions = {
  scenario: scenarios.find((one) => one === query.get('scenario')) ?? 'rich',
  info: {
    ...(query.has('unsandboxed') ? { sandboxed: false } : {}),
    ...(query.has('bare')
      ? { canPick: false, keychain: { available: false, sentence: 'no Secret Service answers here' } }
      : {}),
  },
  practice: query.has('practice'),
  rehearsal: query.has('rehearsal'),
  ...(query.has('at') ? { at: query.get('at') ?? '' } : {}),
  ...(approve === null ? {} : { approveMs: approve === 'never' ? undefined : Number(approve) }),
}
const tries = query.get('tries')
const fake = fakeBridge(options)
const secrets: Record<string, Partial<PromptView>> = {
  piv: { device: 'YubiKey 15835999', secret: 'PIV PIN', notThe: 'FIDO2 PIN', length: { min: 6, max: 8 } },
  new: {
    device: 'YubiKey 15 835 999',
    secret: 'new PIV PIN',
    notThe: 'FIDO2 PIN',
    length: { min: 6, max: 8 },
    purpose: 'change the PIN of YubiKey 15 835 999',
  },
  once: { device: 'key dana', secret: 'new passphrase, once more', purpose: 'protect the new key dana' },
}
const prompt = fakePrompt({
  ...secrets[query.get('secret') ?? ''],
  wasWrong: query.has('wrong'),
  ...(tries === null ? {} : { triesLeft: Number(tries) }),
})
Object.assign(window, { fake, fakePrompt: prompt, countersign: fake.bridge, countersignPrompt: prompt.bridge })
const theme = query.get('theme')
if (theme !== null)
  document.addEventListener('DOMContentLoaded', () => document.documentElement.setAttribute('data-theme', theme))
