// The folder that all patterns of a role have in common is one in which its artifacts can be found.
import { expect, test } from 'vitest'
import { pathsOf } from '../../../../src/core/systems/tuf/projects/name.ts'
import { releaseFolder } from '../../../../src/core/systems/tuf/release-folder.ts'

test.each<[readonly string[], string]>([
  [pathsOf('loom'), 'loom/'],
  [['loom/docs/*'], 'loom/docs/'],
  [['loom/docs/*', 'loom/bin/*'], 'loom/'],
  [['loom/docs/a.txt', 'loom/docs/*/b.txt'], 'loom/docs/'],
  [['loom/*', 'shuttle/*'], ''],
  [['loom/*', 'loomings/*'], ''],
  [['*/*', '*/*/*'], ''],
  [['l?om/*'], ''],
  [['loom/[ab]/*'], 'loom/'],
  [['*'], ''],
  [['readme.txt'], ''],
  [['/loom/*'], ''],
  [[], ''],
])('%j: %s', (paths, folder) => {
  expect(releaseFolder(paths)).toBe(folder)
})
