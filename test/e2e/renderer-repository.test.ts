// A repository from the inside in a real browser over the fake bridge: roles, map, artifacts and history, by mouse and by
// keyboard, accessible in every light, and responsive with 500 roles and a million artifacts.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'
import { picture } from './support/picture.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

const size = { viewport: { width: 1280, height: 860 } }

async function open(place: string, options: BrowserContextOptions = size): Promise<Page> {
  const { page } = await pages.open(`index.html?scenario=rich#repository/${place}`, options)
  await page.locator('.tabs').waitFor()
  return page
}

function calls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.argument),
    name,
  )
}

const row = (page: Page, role: string) => page.getByRole('row').filter({ has: page.locator(`[data-role="${role}"]`) })
const tree = (page: Page) => page.getByRole('tree')
const item = (page: Page, name: RegExp) => tree(page).getByRole('treeitem', { name })
const names = (page: Page) =>
  page.locator('.role-table [data-role]').evaluateAll((links) => links.map((link) => link.getAttribute('data-role')))

// ---- roles --------------------------------------------------------------------------------------------------------

test('a card of the repositories leads inside, and the first sentence says how things are', async () => {
  const { page } = await pages.open('index.html?scenario=rich#repositories', size)
  await page.getByRole('link', { name: 'Look inside Example Packages' }).click()
  await page.getByRole('heading', { level: 1, name: 'Example Packages' }).waitFor()
  await page.getByText('Six roles, all verified; the first to expire is timestamp, in 7 days.').waitFor()
  expect(await row(page, 'loom').textContent()).toContain('Alex Moreau and Dana Ortiz')
  expect(
    await row(page, 'root')
      .getByRole('link', { name: /change waits/ })
      .getAttribute('href'),
  ).toBe(`#review/${encodeURIComponent('example#root/9c41')}`)
  await picture(page, 'repository-roles')
})

test('a swapped key and a signature that does not verify are the first thing one sees', async () => {
  const page = await open('observatory/roles')
  const problems = page.getByRole('region', { name: 'Problems' })
  await problems.getByRole('heading', { name: 'The keys of loom were changed by somebody else' }).waitFor()
  expect(await problems.getByText('Whoever can write to this repository did it without them.').isVisible()).toBe(true)
  expect(await problems.getByRole('heading', { name: 'telescope⟨U+202E⟩gpj could not be verified' }).isVisible()).toBe(
    true,
  )
  expect(await row(page, 'loom').textContent()).toContain('its keys were changed by somebody else')
  expect(await row(page, 'timestamp').textContent()).toContain('expired 3 days ago')
  expect(await page.locator('body').textContent()).not.toContain('all verified')
  await picture(page, 'repository-troubled')
})

test('the table sorts by its heads, and back to the order of the clients', async () => {
  const page = await open('observatory/roles')
  const inOrder = await names(page)
  const head = page.getByRole('columnheader', { name: 'Expires' })
  await head.getByRole('button').click()
  expect((await names(page))[0]).toBe('timestamp')
  expect(await head.getAttribute('aria-sort')).toBe('ascending')
  await head.getByRole('button').click()
  expect((await names(page))[0]).toBe('sextant')
  await head.getByRole('button').click()
  expect(await names(page)).toEqual(inOrder)
  expect(await head.getAttribute('aria-sort')).toBeNull()
})

test('a role opens beside the table, takes the focus, and gives it back when it is closed', async () => {
  const page = await open('example/roles')
  expect(await page.getByLabel('Find a role').count()).toBe(0)
  await page.getByRole('link', { name: 'targets', exact: true }).focus()
  await page.keyboard.press('Enter')
  const detail = page.getByRole('complementary', { name: 'Role targets' })
  await detail.waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  expect(await focused()).toBe('targets')
  const text = await detail.textContent()
  for (const words of [
    '2 of 3 keys must sign',
    '7247f0a1c39d58be64',
    'Delegates to two roles',
    'then clients stop looking',
  ])
    expect(text).toContain(words)
  await picture(page, 'repository-role')
  await detail.getByText('Change targets ...').click()
  const links = await detail.locator('.change-menu a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  expect(links).toContain('#edit/example/targets/release')
  expect(links).toContain('#edit/example/root/keys')
  await detail.getByRole('link', { name: 'loom', exact: true }).click()
  await page.getByRole('complementary', { name: 'Role loom' }).waitFor()
  expect(await page.getByText('changed three times, each time by its own maintainers').isVisible()).toBe(true)
  expect(await page.locator('.role-detail .change-menu a[href="#edit/example/keys%3Aloom/project-keys"]').count()).toBe(
    1,
  )
  await page.getByRole('link', { name: 'Close loom' }).click()
  await page.getByRole('complementary', { name: 'Role loom' }).waitFor({ state: 'detached' })
  expect(await focused()).toBe('loom')
})

test('the menu of changes opens and closes by keyboard and leads to the forms', async () => {
  const page = await open('observatory/roles')
  const button = page.locator('.page-head summary')
  await button.focus()
  await page.keyboard.press('Enter')
  const link = page.getByRole('link', { name: 'Add a project' })
  expect(await link.getAttribute('href')).toBe('#edit/observatory/projects/new-project')
  await link.focus()
  await page.keyboard.press('Escape')
  expect(await link.isVisible()).toBe(false)
  expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
  await button.click()
  await page.mouse.click(700, 500)
  expect(await link.isVisible()).toBe(false)
})

test('what stands below an open menu can be clicked: nothing moves away under the pointer', async () => {
  const page = await open('example/roles/targets', { viewport: { width: 1280, height: 1600 } })
  const detail = page.getByRole('complementary', { name: 'Role targets' })
  await detail.getByText('Change targets ...').click()
  await detail.getByRole('link', { name: 'shuttle', exact: true }).click()
  await page.getByRole('complementary', { name: 'Role shuttle' }).waitFor({ timeout: 5000 })
})

test('500 roles are found by name or person, and stay quick', async () => {
  const page = await open('big/roles')
  await page.getByLabel('Find a role').fill('hazel-json')
  await page.getByText('1 of 496 roles').waitFor()
  expect(await names(page)).toEqual(['hazel-json'])
  await page.getByLabel('Find a role').fill('')
  await page.getByLabel('Only what needs a look (1)').check()
  // What a machine renews in time, such as timestamp, needs nobody.
  expect(await names(page)).toEqual(['cedar-docs'])
  expect(await page.getByText('822 more roles of the same kind').isVisible()).toBe(true)
})

test('of many roles the first hundred are drawn, the one that is open, and all when asked for', async () => {
  const page = await open('big/roles/bins-c0')
  expect(await names(page)).toHaveLength(101)
  await page.getByRole('link', { name: 'Close bins-c0' }).click()
  await page.getByRole('complementary').waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Roles')
  await page.getByRole('button', { name: 'Show all 496 roles' }).click()
  expect(await names(page)).toHaveLength(496)
})

test('a repository that is not there, or cannot be verified, says so', async () => {
  const { page } = await pages.open('index.html?scenario=rich#repository/nowhere/roles', size)
  await page.getByRole('heading', { level: 1, name: 'This repository cannot be shown' }).waitFor()
  expect(await page.getByText('source/not-found').isVisible()).toBe(true)
})

// ---- map ----------------------------------------------------------------------------------------------------------

test('the map has every role, nothing overlaps, and no text leaves its box', async () => {
  const page = await open('observatory/map')
  expect(await tree(page).getByRole('treeitem').count()).toBe(11)
  for (const place of ['observatory', 'big']) {
    await page.evaluate((to) => {
      window.location.hash = `#repository/${to}/map`
    }, place)
    await page
      .getByRole('tree', { name: place === 'big' ? 'Roles of Everything Index' : 'Roles of Observatory Tools' })
      .waitFor()
    const unfold = page.getByRole('button', { name: 'Unfold everything' })
    if (await unfold.isVisible()) await unfold.click()
    const faults = await page.evaluate(() => {
      const found: string[] = []
      const seen: { name: string | null | undefined; left: number; top: number; right: number; bottom: number }[] = []
      for (const one of document.querySelectorAll('.map-node')) {
        const frame = one.querySelector('.frame')?.getBoundingClientRect()
        if (frame === undefined) continue
        for (const text of one.querySelectorAll('text')) {
          const box = text.getBoundingClientRect()
          if (box.width > 0 && (box.left < frame.left || box.right > frame.right))
            found.push(`${text.textContent} leaves its box`)
        }
        const [name, mark] = ['.name', '.mark'].map((of) => one.querySelector(of)?.getBoundingClientRect())
        if (name !== undefined && mark !== undefined && name.right > mark.left) found.push('a name runs into a mark')
        for (const other of seen) {
          if (
            frame.left < other.right &&
            other.left < frame.right &&
            frame.top < other.bottom &&
            other.top < frame.bottom
          ) {
            found.push(`${one.querySelector('title')?.textContent} over ${other.name}`)
          }
        }
        const { left, top, right, bottom } = frame
        seen.push({ name: one.querySelector('title')?.textContent, left, top, right, bottom })
      }
      for (const text of document.querySelectorAll('.map-link text')) {
        const box = text.getBoundingClientRect()
        for (const other of seen) {
          if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom) {
            found.push(`${text.textContent} over ${other.name}`)
          }
        }
      }
      return found
    })
    expect(faults).toEqual([])
  }
})

test('arrows move along the edges, Enter opens the role beside the map, and closing gives the focus back', async () => {
  const page = await open('example/map')
  await picture(page, 'repository-map')
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-role'))
  await item(page, /^root; 3 of 5 keys, Priya/).focus()
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('snapshot')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe('targets')
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('loom')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe('shuttle')
  await page.keyboard.press('Enter')
  await page.getByRole('complementary', { name: 'Role shuttle' }).waitFor()
  expect(await page.evaluate(() => window.location.hash)).toBe('#repository/example/map/shuttle')
  expect(await item(page, /^shuttle/).getAttribute('aria-selected')).toBe('true')
  await page.getByRole('link', { name: 'Close shuttle' }).click()
  await page.getByRole('complementary').waitFor({ state: 'detached' })
  expect(await focused()).toBe('shuttle')
  await page.keyboard.press('Home')
  expect(await focused()).toBe('root')
  expect(await tree(page).locator('[tabindex="0"]').count()).toBe(1)
})

test('what a screen reader hears of a node is what the eye sees, with level and place', async () => {
  const page = await open('observatory/map')
  const loom = item(page, /^loom/)
  expect(await loom.getAttribute('aria-label')).toBe(
    'loom; 1 of 1 key, Tomás Vidal; its keys were changed by somebody else; 120 days left; signs loom/* and loom/*/*',
  )
  const at = (name: string) => loom.getAttribute(name)
  expect([await at('aria-level'), await at('aria-posinset'), await at('aria-setsize')]).toEqual(['4', '1', '2'])
  expect(await item(page, /^mirror-a/).getAttribute('aria-label')).toContain('2 of 2 roles of "catalogue" must agree')
  expect(await page.locator('.map-node', { hasText: 'mirror-a' }).textContent()).toContain('2 of 2 agree')
  expect(await item(page, /^quarantine/).getAttribute('aria-label')).toContain('then clients stop looking')
  await picture(page, 'repository-map-troubled')
})

test('a crowd is one node, opened step by step, and a role from a link is found in it', async () => {
  const page = await open('big/map')
  await page.getByText('Seven roles, 489 more folded, 822 of the same kind not shown').waitFor()
  await picture(page, 'repository-map-big')
  const family = item(page, /^287 projects/)
  expect(await family.getAttribute('aria-expanded')).toBe('false')
  await family.focus()
  await page.keyboard.press('ArrowRight')
  expect(await family.getAttribute('aria-expanded')).toBe('true')
  await page.keyboard.press('ArrowRight')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^24 projects, /)
  await item(page, /^24 projects, acorn-build to acorn-zip/).focus()
  await page.keyboard.press('Enter')
  await item(page, /^acorn-build;/).waitFor()
  await page.keyboard.press('ArrowLeft')
  await item(page, /^acorn-build;/).waitFor({ state: 'detached' })
  await page.evaluate(() => {
    window.location.hash = '#repository/big/map/juniper-zip'
  })
  await page.getByRole('complementary', { name: 'Role juniper-zip' }).waitFor()
  const inSight = await item(page, /^juniper-zip;/).evaluate((one) => {
    const [box, map] = [one.getBoundingClientRect(), document.querySelector('.map')?.getBoundingClientRect()]
    return map !== undefined && box.top >= map.top - 1 && box.bottom <= map.bottom + 1 && box.left >= map.left - 1
  })
  expect(inSight).toBe(true)
})

test('zooms by key, button and wheel about the pointer, and moves with the hand without opening anything', async () => {
  const page = await open('big/map')
  await page.getByRole('button', { name: 'Unfold everything' }).click()
  const zoom = () => page.getByLabel('Zoom', { exact: true }).textContent()
  const scroll = () => page.locator('.map').evaluate((map) => [map.scrollLeft, map.scrollTop] as const)
  const first = await zoom()
  await item(page, /^root/).focus()
  await page.keyboard.press('+')
  expect(await zoom()).not.toBe(first)
  await page.keyboard.press('-')
  expect(await zoom()).toBe(first)
  await page.keyboard.press('0')
  await page.getByRole('button', { name: 'Zoom in' }).click()
  const map = await page.locator('.map').boundingBox()
  if (map === null) throw new Error('no map')
  await page.getByRole('button', { name: 'Fit' }).click()
  expect(Number.parseInt((await zoom()) ?? '', 10)).toBeLessThan(40)
  const [x, y] = [map.x + 300, map.y + 200]
  await page.mouse.move(x, y)
  await page.keyboard.down('Control')
  for (let turn = 0; turn < 8; turn++) await page.mouse.wheel(0, -120)
  await page.keyboard.up('Control')
  expect(Number.parseInt((await zoom()) ?? '', 10)).toBeGreaterThan(100)
  const before = await scroll()
  await page.mouse.wheel(0, 200)
  await page.waitForTimeout(200)
  const [, scrolled] = await scroll()
  expect(scrolled).toBeGreaterThan(before[1])
  await page.mouse.down()
  await page.mouse.move(x - 40, y - 60, { steps: 4 })
  await page.mouse.up()
  expect((await scroll())[1]).toBe(scrolled + 60)
  expect(await page.evaluate(() => window.location.hash)).toBe('#repository/big/map')
  await page.locator('.map').focus()
  const [, top] = await scroll()
  await page.keyboard.press('ArrowDown')
  await page.waitForTimeout(300)
  expect((await scroll())[1]).toBeGreaterThan(top)
})

test('a hand that takes hold of a role and moves opens nothing, one that only presses opens it', async () => {
  const page = await open('example/map')
  const box = await item(page, /^loom/).boundingBox()
  if (box === null) throw new Error('no loom')
  await page.mouse.move(box.x + 20, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + 60, box.y + 40, { steps: 4 })
  await page.mouse.up()
  await page.waitForTimeout(200)
  expect(await page.getByRole('complementary').count()).toBe(0)
  await page.mouse.click(box.x + 20, box.y + 20)
  await page.getByRole('complementary', { name: 'Role loom' }).waitFor()
})

test('500 roles unfold', async () => {
  const page = await open('big/map')
  const drawn = await page.evaluate(async () => {
    for (const one of document.querySelectorAll('button')) if (one.textContent === 'Unfold everything') one.click()
    while (document.querySelectorAll('.map-node').length < 490) await new Promise((next) => requestAnimationFrame(next))
    return document.querySelectorAll('.map-node').length
  })
  expect(drawn).toBeGreaterThanOrEqual(490)
})

test('the map is saved as a picture that stands for itself', async () => {
  const page = await open('observatory/map')
  await page.getByRole('button', { name: 'Save as a picture' }).click()
  const form = page.getByRole('form', { name: 'Save as a picture' })
  const field = form.getByRole('textbox')
  await field.fill('/home/alex/Documents')
  await form.getByText('/home/alex/Documents/observatory-tools-map.svg').waitFor()
  await form.getByRole('button', { name: 'Save the map' }).click()
  await form.waitFor({ state: 'detached' })
  const [saved] = await page.evaluate(() =>
    window.fake.calls.filter((call) => call.name === 'files.save').map((call) => JSON.stringify(call.argument)),
  )
  const { path, text }: { path: string; text: string } = JSON.parse(saved ?? '{}')
  expect(path).toBe('/home/alex/Documents/observatory-tools-map.svg')
  expect(text).toContain('<title id="t">Map of trust of Observatory Tools</title>')
  // A browser that knows nothing of the app draws it, and finds all of the roles in it.
  const blank = await page.context().newPage()
  const parsed = await blank.evaluate((svg) => {
    const document = new DOMParser().parseFromString(svg, 'image/svg+xml')
    return {
      error: document.querySelector('parsererror')?.textContent,
      texts: document.querySelectorAll('text').length,
    }
  }, text)
  expect(parsed.error).toBeUndefined()
  expect(parsed.texts).toBeGreaterThan(33)
  await blank.close()
})

// ---- artifacts ----------------------------------------------------------------------------------------------------

test('releases by project, newest first; one of them in full, and downloaded', async () => {
  const page = await open('example/artifacts')
  await page.getByRole('button', { name: 'loom 1.11.0' }).click()
  const detail = page.getByRole('complementary', { name: 'Chosen artifact' })
  await detail.getByText('SHA-256').waitFor()
  const hash = await detail.locator('.hex').first().locator('span').allTextContents()
  expect(hash).toHaveLength(16)
  expect(hash.every((group) => group.length === 4)).toBe(true)
  expect(await detail.getByText('4.1 MB').isVisible()).toBe(true)
  expect(await detail.getByText('"platform": "linux-x86_64"').isVisible()).toBe(true)
  const go = detail.getByRole('button', { name: 'Download and check it' })
  expect(await go.isDisabled()).toBe(true)
  await detail.getByRole('textbox').fill('/home/alex/Downloads')
  await go.click()
  await page.evaluate(() =>
    window.fake.notify({ kind: 'progress', doing: 'downloading', doneBytes: 2_000_000, totalBytes: 4_118_022 }),
  )
  await detail.getByText('2 MB of 4.1 MB').waitFor()
  expect(await detail.getByRole('button', { name: 'Stop the download' }).isVisible()).toBe(true)
  await detail.getByText('It is here, and it is what was signed').waitFor()
  expect(await calls(page, 'releases.download')).toEqual([
    { sourceId: 'example', path: 'loom/1.11.0/loom-1.11.0-linux-x86_64.tar.gz', folder: '/home/alex/Downloads' },
  ])
  await picture(page, 'repository-artifacts')
})

test('a download that fails says why, and nothing claims to be here', async () => {
  const page = await open('example/artifacts')
  await page.getByRole('button', { name: 'loom 1.10.0' }).click()
  await page.evaluate(() =>
    window.fake.failNext('releases.download', { code: 'trust/changed', message: 'the content is not what was signed' }),
  )
  const detail = page.getByRole('complementary', { name: 'Chosen artifact' })
  await detail.getByRole('textbox').fill('/home/alex/Downloads')
  await detail.getByRole('button', { name: 'Download and check it' }).click()
  await detail.getByText('It was not downloaded').waitFor()
  expect(await detail.getByText('It is here').count()).toBe(0)
  await page.evaluate(() => window.fake.failNext('releases.download', { code: 'user/cancelled', message: 'cancelled' }))
  await detail.getByRole('button', { name: 'Download and check it' }).click()
  await detail.getByText('kept in that folder').waitFor()
  expect(await detail.getByText('It was not downloaded').count()).toBe(0)
  await detail.getByRole('button', { name: 'Go on with the download' }).click()
  await detail.getByText('It is here').waitFor()
})

test('a million artifacts: never more than a page is asked for or drawn, and the search waits for the last letter', async () => {
  const page = await open('big/artifacts')
  await page.getByRole('button', { name: 'All artifacts' }).click()
  await page.getByText('1 to 50 of 1 000 000 artifacts').waitFor()
  await page.getByRole('button', { name: 'Next 50' }).click()
  await page.getByText('51 to 100 of 1 000 000 artifacts').waitFor()
  expect(await page.locator('.artifact-table tbody tr').count()).toBe(50)
  await page.getByLabel('Find an artifact').pressSequentially('hazel-json/1.0', { delay: 20 })
  await page.getByText('with "hazel-json/1.0" in the name').waitFor()
  // The same may be asked again when a token arrives; no half-typed word ever is.
  const asked = new Set((await calls(page, 'repository.targets')).map((one) => JSON.stringify(one)))
  const question = { sourceId: 'big', role: '*', query: '', offset: 0, limit: 50 }
  expect([...asked].map((one) => JSON.parse(one))).toEqual([
    question,
    { ...question, offset: 50 },
    { ...question, query: 'hazel-json/1.0' },
  ])
  expect(await page.locator('.artifact-table tbody tr').count()).toBeLessThanOrEqual(50)
  await page.getByLabel('Find an artifact').fill('no such thing')
  await page.getByText('has "no such thing" in its name').waitFor()
})

test('the artifacts of one role are reached from it', async () => {
  const page = await open('example/roles/loom')
  await page.getByRole('complementary').getByRole('link', { name: '12', exact: true }).click()
  await page.getByText('1 to 12 of 12 artifacts').waitFor()
  expect((await calls(page, 'repository.targets')).at(-1)).toEqual({
    ...{ sourceId: 'example', role: 'loom', query: '' },
    ...{ offset: 0, limit: 50 },
  })
})

test('a file is checked: by whom it is signed, or that nobody here signed it', async () => {
  const page = await open('example/artifacts')
  const check = page.getByRole('region', { name: 'Check a file' })
  const ask = async (file: string) => {
    await check.getByRole('textbox').fill(file)
    await check.getByRole('button', { name: 'Check this file' }).click()
  }
  await ask('/home/alex/loom-1.11.0-linux-x86_64.tar.gz')
  await check.getByRole('heading', { name: 'Signed by Alex Moreau and Dana Ortiz' }).waitFor()
  await ask('/home/alex/shuttle-0.4.2.whl')
  await check.getByRole('heading', { name: 'Nobody here signed this file' }).waitFor()
  expect(await check.getByText('shuttle/shuttle-0.4.2.whl').isVisible()).toBe(true)
  expect(await check.getByText('Signed by').count()).toBe(0)
  await picture(page, 'repository-check')
  await ask('/home/alex/nothing')
  await check.getByText('The file was not checked').waitFor()
  expect(await check.getByText('Nobody here signed this file').count()).toBe(0)
})

// ---- history ------------------------------------------------------------------------------------------------------

test('the versions of a role, newest first, with who signed each and its fingerprint on demand', async () => {
  const page = await open('example/history')
  const versions = page.getByRole('list', { name: 'Versions of root, newest first' }).locator(':scope > li')
  expect(await versions.count()).toBe(14)
  const text = await versions.first().textContent()
  expect(text).toContain('Root 14')
  expect(text).toContain('Signed by Priya Raman, Tomás Vidal and Alex Moreau')
  expect(await page.locator('.words').count()).toBe(0)
  await versions.first().getByText('Fingerprint in words').click()
  await page.locator('.words').waitFor()
  expect(await page.locator('.words li').count()).toBe(16)
  await picture(page, 'repository-history')
  await page.getByLabel('Versions of', { exact: true }).selectOption('loom')
  await page.getByRole('heading', { name: 'Loom 31' }).waitFor()
  expect(await page.evaluate(() => window.location.hash)).toBe('#repository/example/history/loom')
  expect(await page.getByRole('region', { name: 'Changes of its keys' }).getByRole('listitem').count()).toBe(3)
  await page.getByText('The repository does not keep older versions.').waitFor()
})

test('a change of keys that the project did not make is loud in its history', async () => {
  const page = await open('observatory/history/loom')
  const changes = page.getByRole('region', { name: 'Changes of its keys' })
  await changes.getByRole('alert').getByText('The keys of loom were changed by somebody else').waitFor()
  expect(await page.getByRole('alert').count()).toBe(2)
  expect(await changes.getByText('What came after it is not right').count()).toBe(1)
})

test('keys to which the project never agreed are named although there is no change to show', async () => {
  const page = await open('unclaimed/history/loom')
  const changes = page.getByRole('region', { name: 'Changes of its keys' })
  await changes.getByRole('alert').getByText('The keys of loom were changed by somebody else').waitFor()
  expect(await changes.getByText('no change of its keys that its own maintainers signed').isVisible()).toBe(true)
})

// ---- every light --------------------------------------------------------------------------------------------------

const screens: [string, string, ((page: Page) => Promise<unknown>)?][] = [
  ['roles', 'observatory/roles'],
  ['a role', 'observatory/roles/targets', (page) => page.getByText('Change targets ...').click()],
  ['the menu of changes', 'observatory/roles', (page) => page.locator('.page-head summary').click()],
  ['many roles', 'big/roles'],
  ['map', 'observatory/map'],
  ['map with a role', 'example/map/root'],
  ['saving the map', 'example/map', (page) => page.getByRole('button', { name: 'Save as a picture' }).click()],
  ['map of many', 'big/map'],
  ['releases', 'example/artifacts', (page) => page.getByRole('button', { name: 'loom 1.11.0' }).click()],
  ['all artifacts', 'big/artifacts', (page) => page.getByRole('button', { name: 'All artifacts' }).click()],
  ['history', 'observatory/history/loom', (page) => page.getByText('Fingerprint in words').first().click()],
]
test.each(screens)(
  '%s: accessible in every light, nothing beside the page, no complaint of the browser',
  async (_name, place, act) => {
    const { page, complaints } = await pages.open(`index.html?scenario=rich#repository/${place}`, size)
    await page.locator('.tabs').waitFor()
    await act?.(page)
    await page.waitForTimeout(150)
    await expectGoodInEveryLight(page, complaints)
    pages.done(page)
  },
  90_000,
)
