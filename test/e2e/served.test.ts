// Two people at two windows and a third on the command line work on one change of a repository that is served: nobody's
// signature is lost, each window learns by itself what the others did, and the last signature publishes.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseHex } from '../../src/core/bytes.ts'
import { toWords } from '../../src/core/words.ts'
import { answerOf } from '../support/cli.ts'
import { serveProcess } from '../support/serve.ts'
import {
  begin,
  filesIn,
  freshPeer,
  hold,
  pinnedBy,
  preview,
  readFiles,
  review,
  sign,
  takeKey,
} from '../support/stories.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { expectAccessible, heading, openRepository } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

const name = 'Loom Packages'

test('a release that three people sign', { timeout: 180_000 }, async () => {
  const temporary = temporaryFolder()
  const [folder, home, cleo] = [join(temporary, name), join(temporary, 'home'), join(temporary, 'cleo')]
  mkdirSync(home)
  const people = ['Ana', 'Ben', 'Cleo'].flatMap((one) => ['--key', one])
  const init = ['init', folder, ...people, '--online-key', 'Online', '--threshold', '3', '--rehearsal']
  const { root } = await answerOf<{ root: string }>(init, { home })
  const words = toWords(parseHex(root, 'root'))
  const { url } = await serveProcess({ folder, home })
  const windowOf = async (person: string): Promise<RunningApp> => {
    const app = await startTestApp()
    onTestFinished(() => app.end())
    app.page.setDefaultTimeout(15_000)
    takeKey(person, home, app.dataDir)
    await app.page.reload()
    await openRepository(app.page, url, words)
    await heading(app.page, 'Nothing waits for you')
    return app
  }
  const [ana, ben] = [await windowOf('Ana'), await windowOf('Ben')]
  takeKey('Cleo', home, cleo)
  await pinnedBy(cleo, url, name)

  // Ana proposes, and signs with it: the repository takes nothing unsigned.
  await begin(ana.page, name, 'Add or remove a release')
  await readFiles(ana.page, filesIn(join(temporary, 'release'), { 'loom.txt': 'loom 1.0\n' }))
  await ana.page.getByLabel('Folder in the repository').fill('loom/1.0/')
  await preview(ana.page)
  await expectAccessible(ana.page)
  await picture(ana.page, 'served-propose')
  await ana.page.getByRole('button', { name: 'Sign and propose with Rehearsal key Ana' }).click()
  await ana.page.getByRole('dialog').waitFor()
  await expectAccessible(ana.page)
  await hold(ana.page, /^Sign and propose/)
  await heading(ana.page, 'Targets 2 is signed and proposed')
  await picture(ana.page, 'served-proposed')
  await ana.page.getByRole('link', { name: /^Home/ }).click()

  // Ben's window has not been touched, and shows it.
  await ben.page.getByRole('link', { name: /^(Review|Open) Targets 2,/ }).waitFor()
  await review(ben.page, 'Targets 2')
  await ben.page.getByRole('button', { name: /^Withdraw/ }).click()
  await ben.page.getByText(/The repository asks for a signature/).waitFor()
  await expectAccessible(ben.page)
  await ben.page.getByRole('button', { name: 'Keep it' }).click()
  const digest =
    (await ben.page.getByTitle(/^sha256 /).getAttribute('title'))?.replace('sha256', '').replaceAll(' ', '') ?? ''

  // Both at once.
  const [, signed] = await Promise.all([
    sign(ben.page, 'Ben'),
    answerOf<{ signed: boolean }>(['sign', name, digest, '--key', 'rehearsal:Cleo', '--yes'], { home: cleo }),
  ])
  expect(signed.signed).toBe(true)
  await expectAccessible(ben.page)
  await picture(ben.page, 'served-done')
  const published = JSON.parse(readFileSync(join(folder, 'metadata/2.targets.json'), 'utf8'))
  expect(published.signatures.filter(({ sig }: { sig: string }) => sig !== '')).toHaveLength(3)
  expect(await freshPeer({ folder, url: url.slice(0, -1), temporary }, 'loom/1.0/loom.txt')).toMatchObject({
    targets: 2,
    content: 'loom 1.0\n',
  })
  // And Ana's window says that nothing waits any more, although she has not touched it since.
  await heading(ana.page, 'Nothing waits for you')
  expect(await ana.page.getByRole('link', { name: /Targets 2,/ }).count()).toBe(0)
})
