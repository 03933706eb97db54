// The Tokens screen in a real browser over the fake bridge: live cards, enrolment, touch, spares, holders, modules, and
// the choice between two tokens that hold the same key.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ErrorData } from '../../src/core/error.ts'
import { holdSpace, renewal } from '../support/renderer-drive.ts'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

async function open(query: string, options = {}): Promise<Page> {
  const { page } = await pages.open(`index.html?${query}#tokens`, options)
  await page.getByRole('heading', { level: 1, name: /token/i }).waitFor()
  return page
}

function calls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.argument),
    name,
  )
}

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

// ---- what is shown ------------------------------------------------------------------------------------------------

test('every token is a card with serial, tries, keys in words and whose they are', async () => {
  const page = await open('scenario=rich')
  const office = await card(page, 'YubiKey 5C NFC 15 835 999').textContent()
  for (const words of [
    'firmware 5.7.1',
    '3 of 3 tries left',
    'PIN once, touch for every signature; made on this token',
    'Alex Moreau',
    'Example Packages: root and Observatory Tools: root',
    'a copy may exist',
    '21 slots without a key',
    'X25519 keys encrypt',
  ])
    expect(office?.toLowerCase()).toContain(words.toLowerCase())
  expect(await card(page, 'YubiKey 5 NFC 20 111 222').getByText('The PIN is blocked').isVisible()).toBe(true)
  expect(await card(page, 'YubiKey 5 NFC 20 111 222').getByText('YSA-2024-03').isVisible()).toBe(true)
  expect(await card(page, 'YubiKey 5C Nano 24 003 118').getByText('it left the factory with').first().isVisible()).toBe(
    true,
  )
  expect(await card(page, 'YubiKey 31 774 205').getByText('Reading its keys.').isVisible()).toBe(true)
  expect(await card(page, 'Practice token 99 000 001').getByText('Rehearsal').isVisible()).toBe(true)
  expect(await page.getByText('No vendor root is built in: no token can be proven genuine here.').isVisible()).toBe(
    true,
  )
})

test('a token is on screen with the notice, no question asked, and gone with the next one', async () => {
  const page = await open('scenario=rich')
  await page.evaluate(() => window.fake.plug('piv:15835999', false))
  await page.getByRole('heading', { name: 'Seven tokens' }).waitFor()
  expect(await card(page, 'YubiKey 5C NFC 15 835 999').count()).toBe(0)
  // What the screens ask anew because a key went is over by then.
  await page.waitForTimeout(500)
  const { tookMs, asked } = await page.evaluate(async () => {
    const count = () => window.fake.calls.filter(({ name }) => name === 'tokens.list').length
    const [begin, before] = [performance.now(), count()]
    window.fake.plug('piv:15835999', true)
    const there = () => document.querySelector('.token.arrived') !== null
    while (!there() && performance.now() - begin < 5000) await new Promise((next) => requestAnimationFrame(next))
    return { tookMs: performance.now() - begin, asked: count() - before }
  })
  expect(tookMs).toBeLessThan(500)
  expect(asked).toBe(0)
  const animation = (page: Page) =>
    page.locator('.token.arrived').evaluate((one) => {
      const style = getComputedStyle(one)
      return [style.animationName, Number.parseFloat(style.animationDuration)] as const
    })
  const [name, seconds] = await animation(page)
  expect(name).toBe('arrive')
  expect(seconds).toBeLessThan(0.2)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect((await animation(page))[0]).toBe('none')
})

test('an answer that is older than what was told does not bring a token back', async () => {
  const { page } = await pages.open('index.html?scenario=rich')
  const shown = await page.evaluate(async () => {
    const { tokens } = window.fake.bridge
    const old = await tokens.list()
    if (!old.ok) return ['no list']
    let release: (() => void) | undefined
    const list = () => new Promise<typeof old>((resolve) => (release = () => resolve(old)))
    Object.assign(tokens, { list })
    const pause = () => new Promise((next) => setTimeout(next, 50))
    // Asked again, then all tokens are pulled, and only then the answer comes.
    window.fake.notify({ kind: 'changed' })
    await pause()
    if (release === undefined) return ['not asked']
    window.fake.notify({ kind: 'tokens', view: { ...old.value, tokens: [] } })
    release()
    await pause()
    return [...document.querySelectorAll('.tokens-here strong')].map((one) => one.textContent)
  })
  expect(shown).toEqual([])
})

test('a family of tokens that cannot be used says so and what to do; without any token the screen says what to plug in', async () => {
  const page = await open('scenario=troubled')
  expect(await page.getByText('The smart card service is not running').isVisible()).toBe(true)
  expect(await page.getByText('Use the same YubiKey as a PIV smart card instead.').isVisible()).toBe(true)
  await page.getByRole('heading', { name: 'Plug in a token' }).waitFor()
  await page.getByRole('button', { name: 'Practise with a software token' }).click()
  await card(page, 'Practice token 99 000 001').waitFor()
  await page.getByRole('button', { name: 'Pull the practice token' }).click()
  await page.getByRole('heading', { name: 'Plug in a token' }).waitFor()
  expect(await calls(page, 'tokens.practise')).toEqual([{ plugged: 'yes' }, { plugged: 'no' }])
})

// ---- enrolment ----------------------------------------------------------------------------------------------------

test('a key is made and enrolled, with a touch over the page, and a spare is asked for under the same name', async () => {
  const page = await open('scenario=rich&approve=50')
  const practice = card(page, 'Practice token 99 000 001')
  await practice.getByRole('button', { name: 'Enrol a key' }).click()
  await practice.getByLabel('Whose key it is').fill('Dana Ortiz')
  await practice.getByRole('button', { name: 'Make the key and enrol it' }).click()
  const touch = page.getByRole('dialog', { name: /^Touch Practice token/ })
  await touch.getByRole('img', { name: /seconds left/ }).waitFor()
  const button = touch.getByRole('button', { name: 'Touch the practice token' })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.waitForTimeout(100)
  expect(await calls(page, 'tokens.touchPractice')).toEqual([])
  await page.keyboard.press(' ')
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  expect(await calls(page, 'tokens.generate')).toEqual([
    {
      tokenId: 'piv:practice',
      slot: '9c',
      algorithm: 'P-256',
      pinPolicy: 'once',
      touchPolicy: 'always',
      replace: 'no',
    },
  ])
  expect(await calls(page, 'tokens.enroll')).toEqual([{ name: 'Dana Ortiz', tokenId: 'piv:practice', slot: '9c' }])
  await practice.getByRole('button', { name: 'Add a spare token' }).click()
  await page.getByRole('heading', { name: 'Plug in the spare token for Dana Ortiz' }).waitFor()
  const nano = card(page, 'YubiKey 5C Nano 24 003 118')
  await nano.getByRole('button', { name: 'Enrol as spare for Dana Ortiz' }).click()
  expect(await nano.getByLabel('Whose key it is').inputValue()).toBe('Dana Ortiz')
  await nano.getByRole('button', { name: 'Make the key and enrol it' }).click()
  await nano.getByText('There is more than one key under this name').waitFor()
  expect((await calls(page, 'tokens.enroll')).at(-1)).toEqual({
    name: 'Dana Ortiz',
    tokenId: 'piv:24003118',
    slot: '9c',
  })
})

test('a key that is there is adopted without making one', async () => {
  const page = await open('scenario=rich')
  const office = card(page, 'YubiKey 5C NFC 15 835 999')
  await office.getByRole('button', { name: 'Enrol a key' }).click()
  await office.getByLabel('Whose key it is').fill('Dana Ortiz')
  await office.getByRole('button', { name: 'Enrol this key' }).click()
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  expect(await calls(page, 'tokens.generate')).toEqual([])
  expect(await calls(page, 'tokens.enroll')).toEqual([{ name: 'Dana Ortiz', tokenId: 'piv:15835999', slot: '9a' }])
})

test('a key that is there is never replaced without the tick, and a tick for one slot is none for another', async () => {
  const page = await open('scenario=rich&approve=10')
  const office = card(page, 'YubiKey 5C NFC 15 835 999')
  await office.getByRole('button', { name: 'Enrol a key' }).click()
  await office.getByLabel('Whose key it is').fill('Dana Ortiz')
  await office.getByLabel('A new key, made on the token').check()
  const slot = office.getByLabel('Slot', { exact: true })
  expect(await slot.inputValue()).toBe('9e')
  const make = office.getByRole('button', { name: 'Make the key and enrol it' })
  expect(await make.isDisabled()).toBe(false)
  await slot.selectOption('9a')
  expect(await make.isDisabled()).toBe(true)
  await office.getByLabel('Replace the key in slot 9a: it is lost for ever').check()
  expect(await make.isDisabled()).toBe(false)
  await slot.selectOption('9c')
  expect(await make.isDisabled()).toBe(true)
  await office.getByLabel('Whose key it is').press('Enter')
  expect(await calls(page, 'tokens.generate')).toEqual([])
  await office.getByLabel('Replace the key in slot 9c: it is lost for ever').check()
  await make.click()
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  expect(await calls(page, 'tokens.generate')).toMatchObject([{ slot: '9c', replace: 'yes' }])
})

test('when the key is made and the enrolment fails, trying again makes no second key', async () => {
  const page = await open('scenario=rich&approve=10')
  const office = card(page, 'YubiKey 5C NFC 15 835 999')
  await office.getByRole('button', { name: 'Enrol a key' }).click()
  await office.getByLabel('Whose key it is').fill('Dana Ortiz')
  // There is another key that could be taken: it must not be taken instead of the new one.
  await office.getByLabel('A new key, made on the token').check()
  const failure: ErrorData = { code: 'signer/busy', message: 'another program is using the key' }
  await page.evaluate((error) => window.fake.failNext('tokens.enroll', error), failure)
  await office.getByRole('button', { name: 'Make the key and enrol it' }).click()
  await office.getByText('signer/busy').waitFor()
  await office.getByRole('button', { name: 'Enrol this key' }).click()
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  expect((await calls(page, 'tokens.generate')).length).toBe(1)
  expect((await calls(page, 'tokens.enroll')).map((one) => JSON.stringify(one))).toEqual(
    Array(2).fill(JSON.stringify({ name: 'Dana Ortiz', tokenId: 'piv:15835999', slot: '9e' })),
  )
})

test('a token that is pulled while something is done with it leaves the reason behind', async () => {
  const page = await open('scenario=calm&approve=never')
  await card(page, 'YubiKey 5C Nano 24 003 118').getByRole('button', { name: 'Change PIN' }).click()
  await page.getByText(/^A small window asks for the PIN that is set now/).waitFor()
  await page.evaluate(() => window.fake.plug('piv:24003118', false))
  expect(await calls(page, 'proposals.cancel')).toEqual([])
  const failure: ErrorData = { code: 'signer/absent', message: 'YubiKey 24 003 118 was pulled out' }
  await page.evaluate((error) => window.fake.end(error), failure)
  await page.getByText('YubiKey 24 003 118 was pulled out').waitFor()
  await page.getByRole('button', { name: 'I have read this' }).click()
  expect(await page.getByText('signer/absent').count()).toBe(0)
})

test('leaving the screen takes the question for the PIN away', async () => {
  const page = await open('scenario=calm&approve=never')
  await card(page, 'YubiKey 5C Nano 24 003 118').getByRole('button', { name: 'Change PIN' }).click()
  await page.getByText(/^A small window asks for the PIN that is set now/).waitFor()
  await page.keyboard.press('Alt+1')
  await page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
  expect((await calls(page, 'proposals.cancel')).length).toBe(1)
})

test('a refused touch changes nothing, and says so', async () => {
  const page = await open('scenario=rich')
  const practice = card(page, 'Practice token 99 000 001')
  await practice.getByRole('button', { name: 'Enrol a key' }).click()
  await practice.getByLabel('Whose key it is').fill('Dana Ortiz')
  await practice.getByRole('button', { name: 'Make the key and enrol it' }).click()
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('Cancelled. Nothing was changed.').waitFor()
  expect(await calls(page, 'tokens.touchPractice')).toEqual([{ touched: 'no' }])
  expect(await calls(page, 'tokens.enroll')).toEqual([])
})

test('the proof of a key says what could not be checked', async () => {
  const page = await open('scenario=rich')
  const office = card(page, 'YubiKey 5C NFC 15 835 999')
  await office.getByRole('button', { name: 'Show its proof' }).click()
  await office.getByText('It says so, but its vendor is not known here').waitFor()
  expect(await calls(page, 'tokens.attest')).toEqual([{ tokenId: 'piv:15835999', slot: '9c' }])
})

// ---- FIDO2, holders, modules --------------------------------------------------------------------------------------

test('a FIDO2 token opens a key of its own, and is added as spare to another', async () => {
  const page = await open('scenario=rich&approve=20')
  const titan = card(page, 'Titan Security Key')
  await titan.getByRole('button', { name: 'Add as spare' }).click()
  expect(await titan.getByLabel('Which key').inputValue()).toBe('noor-release')
  await titan.getByRole('button', { name: 'Add as spare' }).click()
  await page.getByRole('heading', { name: 'This token opens the key noor-release as well' }).waitFor()
  expect(await calls(page, 'tokens.addSpare')).toEqual([{ name: 'noor-release', tokenId: 'fido:/dev/hidraw5' }])
  await titan.getByRole('button', { name: 'Done' }).click()
  await titan.getByRole('button', { name: 'Make a key that only this token opens' }).click()
  await titan.getByLabel('Whose key it is').fill('Lee Ahn')
  await titan.getByLabel('Name of the key').fill('lee at home')
  expect(await titan.getByRole('button', { name: 'Make the key' }).isDisabled()).toBe(true)
  await titan.getByLabel('Name of the key').fill('lee-home')
  const failure: ErrorData = { code: 'signer/busy', message: 'another program is using the key' }
  await page.evaluate((error) => window.fake.failNext('tokens.enroll', error), failure)
  await titan.getByRole('button', { name: 'Make the key' }).click()
  await titan.getByText('signer/busy').waitFor()
  await titan.getByRole('button', { name: 'Make the key' }).click()
  await page.getByRole('heading', { name: 'Lee Ahn can sign with this token' }).waitFor()
  expect(await calls(page, 'tokens.wrapKey')).toEqual([
    { name: 'lee-home', tokenId: 'fido:/dev/hidraw5', scheme: 'ed25519' },
  ])
  expect((await calls(page, 'tokens.enroll')).at(-1)).toEqual({
    name: 'Lee Ahn',
    tokenId: 'fido:/dev/hidraw5',
    slot: 'lee-home',
  })
})

test('a key is taken from a holder only after a question', async () => {
  const page = await open('scenario=rich')
  const alex = page.getByRole('region', { name: 'Alex Moreau', exact: true })
  await alex.getByRole('button', { name: /^Remove YubiKey 5 NFC 20 111 222/ }).click()
  await page.keyboard.press('Escape')
  expect(await calls(page, 'tokens.removeKey')).toEqual([])
  await alex.getByRole('button', { name: /^Remove YubiKey 5 NFC 20 111 222/ }).click()
  await page.getByRole('button', { name: 'Remove the key' }).click()
  await alex.getByText('Only one token.').waitFor()
  expect(await calls(page, 'tokens.removeKey')).toEqual([{ name: 'Alex Moreau', signerId: 'piv:20111222/9c' }])
})

test('a PKCS#11 library is removed here, and added on the command line only', async () => {
  const page = await open('scenario=rich')
  await page.getByText('Tokens of other makers').click()
  await page.getByText('countersign tokens modules add').waitFor()
  expect(await page.locator('.modules input').count()).toBe(0)
  await page.getByRole('button', { name: 'Remove /usr/lib/softhsm/libsofthsm2.so' }).click()
  await page.getByText('No library is added.').waitFor()
  expect(await calls(page, 'tokens.removeModule')).toEqual([{ path: '/usr/lib/softhsm/libsofthsm2.so' }])
})

// ---- by keyboard, and signing with one of two ---------------------------------------------------------------------

test('enrolment by keyboard alone, and closing the form gives the focus back', async () => {
  const page = await open('scenario=calm&approve=10')
  const tabTo = async (name: RegExp) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab')
      const text = await page.evaluate(() => {
        const at = document.activeElement
        return (at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : at?.textContent) ?? ''
      })
      if (name.test(text)) return
    }
    throw new Error(`Tab never reached ${name}`)
  }
  await tabTo(/^Enrol a key/)
  await page.keyboard.press('Enter')
  await tabTo(/^Close, change nothing/)
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Enrol a key/)
  await page.keyboard.press('Enter')
  await page.keyboard.type('Dana Ortiz')
  await tabTo(/^Once per sitting/)
  await page.keyboard.press('ArrowDown')
  await tabTo(/^Make the key and enrol it/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  expect(await calls(page, 'tokens.generate')).toMatchObject([{ pinPolicy: 'always', touchPolicy: 'always' }])
})

const twoTokens = (query = '') => `index.html?scenario=tokens${query}#review/${encodeURIComponent(renewal)}`

test('between two tokens with one key nobody guesses: nothing is chosen, nothing can be signed before', async () => {
  const { page } = await pages.open(twoTokens('&approve=never&practice'))
  const first = page.getByRole('radio', { name: /^YubiKey 15 835 999, slot 9c/ })
  const second = page.getByRole('radio', { name: /^YubiKey 20 111 222, slot 9c/ })
  expect([await first.isChecked(), await second.isChecked()]).toEqual([false, false])
  expect(await page.getByRole('button', { name: 'Sign with the token you choose' }).isDisabled()).toBe(true)
  expect(await page.getByText('2 of 3 PIN tries left').count()).toBe(1)
  expect(await page.getByText('Made on YubiKey 15 835 999, touch for every signature.').count()).toBe(2)
  await second.check()
  await page.getByRole('button', { name: 'Sign with YubiKey 20 111 222, slot 9c' }).click()
  await page.getByRole('dialog').getByText('YubiKey 20 111 222, slot 9c').first().waitFor()
  await holdSpace(page, 1200)
  await page.getByRole('heading', { name: /^Touch YubiKey 20 111 222, slot 9c/ }).waitFor()
  expect(await calls(page, 'proposals.approve')).toEqual([{ proposalId: renewal, signerId: 'piv:20111222/9c' }])
  // While a signature is made the notice stands on its screen, not over it.
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.getByRole('button', { name: 'Touch the practice token' }).click()
  await page.getByText('Your signature is in place').waitFor()
})
