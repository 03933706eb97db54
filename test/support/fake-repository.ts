// The rooms `repository` and `releases` of the bridge in memory.
import type { ErrorData } from '../../src/core/error.ts'
import type { Bridge, FileVerdict, RepositoryView } from '../../src/ipc/contract.ts'
import type { FakeAnswer } from './fake-bridge.ts'
import { digestOf, repositories } from './fake-repository-data.ts'
import { historyOf, releasesOf, targetPage } from './fake-repository-pages.ts'

type Refused = { ok: false; error: ErrorData }

export function fakeRepository(answer: FakeAnswer): {
  repository: Omit<Bridge['repository'], 'create'>
  releases: Bridge['releases']
} {
  function inside<T>(sourceId: string, make: (view: RepositoryView) => T): T | Refused {
    const view = repositories.get(sourceId)
    if (view !== undefined) return make(view)
    return { ok: false, error: { code: 'source/not-found', message: `no repository ${sourceId} is pinned here` } }
  }
  return {
    repository: {
      get: (argument) => answer('repository.get', argument, () => inside(argument.sourceId, (view) => view)),
      targets: (argument) =>
        answer('repository.targets', argument, () => inside(argument.sourceId, (view) => targetPage(view, argument))),
      history: (argument) =>
        answer('repository.history', argument, () =>
          inside(argument.sourceId, (view) => historyOf(view, argument.role)),
        ),
    },
    releases: {
      list: (argument) => answer('releases.list', argument, () => inside(argument.sourceId, releasesOf)),
      verify: (argument) => answer('releases.verify', argument, () => verdictOn(argument.file)),
      // Long enough to see how far it is.
      download: (argument) =>
        answer('releases.download', argument, async () => {
          await new Promise((resolve) => setTimeout(resolve, 400))
          const file = `${argument.folder}/${argument.path.slice(argument.path.lastIndexOf('/') + 1)}`
          return { file, resumedFrom: 0 }
        }),
    },
  }
}

function verdictOn(file: string): FileVerdict | Refused {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const path = 'loom/1.11.0/loom-1.11.0-linux-x86_64.tar.gz'
  if (file.includes('nothing')) {
    return { ok: false, error: { code: 'source/not-found', message: `${file} does not exist` } }
  }
  if (name.startsWith('refused')) {
    const index = 'releases/download/v1.1/asfaload.index.json'
    const message = `${index} is not signed by enough keys yet: signatures are still waited for`
    const why = { code: 'trust/threshold', message, hint: 'wait until the project has signed this release' } as const
    return {
      kind: 'refused',
      path: 'releases/download/v1.1',
      says: `REFUSED: ${message}`,
      why,
      length: 88_113,
      sha256: digestOf(name),
    }
  }
  if (path.endsWith(name)) {
    const signedBy = ['Alex Moreau', 'Dana Ortiz']
    return { kind: 'listed', path, role: 'loom', signedBy, length: 4_118_022, sha256: digestOf(path) }
  }
  const sameName = name.includes('shuttle') ? ['shuttle/shuttle-0.4.2.whl'] : []
  return { kind: 'unknown', name, length: 88_113, sha256: digestOf(name), sameName }
}
