// Where a repository is: one spelling for one place, and nothing that is neither a folder nor a web address.
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { isFolderLocation, isWebLocation, openLocation, parseLocation } from '../../src/node/location.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

test.each([
  ['/srv/repo', '/srv/repo'],
  ['/srv/repo/', '/srv/repo'],
  ['/srv/../srv/./repo', '/srv/repo'],
  ['repo', '/here/repo'],
  ['./a b', '/here/a b'],
  [' /srv/repo\n', '/srv/repo'],
  ['~', homedir()],
  ['~/repo', join(homedir(), 'repo')],
  ['file:///srv/a%20b/', '/srv/a b'],
  ['https://Example.com', 'https://example.com/'],
  ['HTTP://example.com/a', 'http://example.com/a/'],
  ['a:b', '/here/a:b'],
  ['rstuf+https://Example.com', 'rstuf+https://example.com/'],
  ['rstuf+https://example.com/tuf/api/v1/', 'rstuf+https://example.com/tuf/'],
  ['rstuf+https://a.example/#metadata=https://B.example/md', 'rstuf+https://a.example/#metadata=https://b.example/md/'],
  ['RSTUF+HTTP://127.0.0.1:80', 'rstuf+http://127.0.0.1/'],
  ['asfaload+https://A.example/v1/files/github.com/u/r', 'asfaload+https://a.example/github.com/u/r/'],
  ['asfaload+http://[::1]:8080/https/github.com/443/u/r', 'asfaload+http://[::1]:8080/https/github.com/443/u/r/'],
  ['warg+https://Registry.example/v1', 'warg+https://registry.example/'],
  ['rstuf+http://localhost:8080/', 'rstuf+http://localhost:8080/'],
  ['rstuf+http://[::1]:8080/', 'rstuf+http://[::1]:8080/'],
])('%j is %j', (text, location) => {
  expect(parseLocation(text, '/here')).toBe(location)
  expect(parseLocation(location, '/elsewhere')).toBe(location)
})

test.each(['', '  ', 'ftp://example.com/x', 'git+ssh://x', 'file://host/x', 'https://', 'a\0b', 'http://[/'])(
  '%j is refused',
  (text) => {
    expect(codeOfCall(() => parseLocation(text, '/here'))).toBe('usage/invalid')
  },
)

test.each([
  'rstuf+http://example.com/',
  'rstuf+http://127.0.0.1.example.com/',
  'rstuf+http://0.0.0.0/',
  'rstuf+https://example.com/#metadata=http://example.com/',
  'rstuf+https://example.com/#metadata=',
  'rstuf+https://example.com/#other=https://example.com/',
  'rstuf+https://example.com/?a',
  'rstuf+https://user:password@example.com/',
  'asfaload+https://example.com/',
  'asfaload+http://example.com/github.com/u/r',
  'warg+http://example.com/',
  'asfaload+https://me@example.com/github.com/u/r',
  'rstuf+https://',
  'rstuf+ftp://example.com/',
])('%j is no service or backend', (text) => {
  expect(codeOfCall(() => parseLocation(text, '/here'))).toBe('usage/invalid')
})

test('opens folders and file addresses; web addresses are known as such', async () => {
  const { signal } = new AbortController()
  const folder = join(temporaryFolder(), 'a b')
  mkdirSync(folder)
  writeFileSync(join(folder, 'x'), 'x')
  for (const text of [folder, pathToFileURL(folder).href])
    expect(await openLocation(text).read('x', 1, signal)).toEqual(utf8('x'))
  expect(await codeOfPromise(openLocation('https://127.0.0.1/').list('', signal))).toBe('format/unsupported')
  expect([folder, 'https://example.com/', 'http://x/'].map(isWebLocation)).toEqual([false, true, true])
})

test('a git repository is no folder', () => {
  const location = parseLocation('git+file:///srv/repo.git')
  expect(codeOfCall(() => openLocation(location))).toBe('usage/invalid')
  expect([location, '/srv/repo', 'https://example.com/'].map(isFolderLocation)).toEqual([false, true, false])
})

test('a project at a backend is on the web, and neither a folder nor files of a web server', () => {
  const location = parseLocation('asfaload+https://example.com/github.com/u/r')
  expect([isWebLocation(location), isFolderLocation(location)]).toEqual([true, false])
  expect(codeOfCall(() => openLocation(location))).toBe('usage/invalid')
})
