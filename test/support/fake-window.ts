// Puts the fake bridge where preload would put the real one. What it holds is chosen by the query of the page's address.
import type { Fake, FakeOptions, FakePrompt, Scenario } from './fake-bridge.ts'
import { fakeBridge, fakePrompt } from './fake-bridge.ts'

declare global {
  interface Window {
    fake: Fake
    fakePrompt: FakePrompt
  }
}

const query = new URLSearchParams(window.location.search)
const scenarios: readonly Scenario[] = ['rich', 'empty', 'troubled', 'calm']
const approve = query.get('approve')
const options: FakeOptions = {
  scenario: scenarios.find((one) => one === query.get('scenario')) ?? 'rich',
  info: {
    ...(query.has('unsandboxed') ? { sandboxed: false } : {}),
    ...(query.has('bare')
      ? { canPick: false, keychain: { available: false, sentence: 'no Secret Service answers here' } }
      : {}),
  },
  ...(approve === null ? {} : { approveMs: approve === 'never' ? undefined : Number(approve) }),
}
const tries = query.get('tries')
const fake = fakeBridge(options)
const prompt = fakePrompt({ wasWrong: query.has('wrong'), ...(tries === null ? {} : { triesLeft: Number(tries) }) })
Object.assign(window, { fake, fakePrompt: prompt, countersign: fake.bridge, countersignPrompt: prompt.bridge })
const theme = query.get('theme')
if (theme !== null)
  document.addEventListener('DOMContentLoaded', () => document.documentElement.setAttribute('data-theme', theme))
