// What the repositories of the fake bridge hold: artifacts, of which only the page that is asked for is ever made, and the
// versions of their roles.
import type {
  HistoryView,
  ProjectReleases,
  RepositoryView,
  TargetPage,
  TargetView,
  VersionView,
} from '../../src/ipc/contract.ts'
import { wordsOf } from './fake-data.ts'
import { digestOf, projects } from './fake-repository-data.ts'

// ---- artifacts ----------------------------------------------------------------------------------------------------

const million = 1_000_000

function targetAt(view: RepositoryView, index: number): TargetView {
  if (view.sourceId === 'big') {
    const project = projects[index % projects.length]?.name ?? ''
    const version = `${Math.floor(index / projects.length / 10)}.${Math.floor(index / projects.length) % 10}.0`
    return target(`${project}/${version}/${project}-${version}.tar.gz`, project, 20_000 + ((index * 7919) % 9_000_000))
  }
  const version = `1.${11 - (index % 12)}.0`
  if (index < 12) return target(`loom/${version}/loom-${version}-linux-x86_64.tar.gz`, 'loom', 4_118_022 + index)
  if (index < 17) return target(`shuttle/shuttle-0.${16 - index}.2.whl`, 'shuttle', 88_112)
  return target(['README.md', 'keys/maintainers.txt', 'news/2026.html'][index - 17] ?? '', 'targets', 5120)
}

function target(path: string, role: string, length: number): TargetView {
  const custom = path.startsWith('loom/')
    ? JSON.stringify({ platform: 'linux-x86_64', version: path.split('/')[1] }, null, 1)
    : undefined
  return {
    path,
    role,
    length,
    hashes: { sha256: digestOf(path), sha512: digestOf(`${path}a`) + digestOf(`${path}b`) },
    ...(custom === undefined ? {} : { custom }),
  }
}

export interface TargetQuestion {
  role: string
  query: string
  offset: number
  limit: number
}

/** "*" asks all roles, like main does. */
export function targetPage(view: RepositoryView, { role, query, offset, limit }: TargetQuestion): TargetPage {
  const all = view.sourceId === 'big' ? million : 20
  const targets: TargetView[] = []
  let [total, matching] = [0, 0]
  // Without a question the page is known by its number: nobody walks a million of them.
  if (role === '*' && query === '') {
    for (let at = offset; at < Math.min(all, offset + limit); at++) targets.push(targetAt(view, at))
    return { total: all, matching: all, offset, targets }
  }
  const text = query.toLowerCase()
  for (let at = 0; at < Math.min(all, 20_000); at++) {
    const one = targetAt(view, at)
    if (role !== '*' && one.role !== role) continue
    total++
    if (!one.path.toLowerCase().includes(text)) continue
    if (matching >= offset && targets.length < limit) targets.push(one)
    matching++
  }
  return { total, matching, offset, targets }
}

export function releasesOf(view: RepositoryView): ProjectReleases[] {
  if (view.sourceId === 'big') {
    return projects.map(({ name }) => ({
      project: name,
      releases: ['3.1.0', '3.0.2', '3.0.1', '2.9.0'].map((version) => ({
        version,
        path: `${name}/${version}/${name}-${version}.tar.gz`,
        length: 91_204,
        role: name,
      })),
    }))
  }
  const targets = targetPage(view, { role: '*', query: '', offset: 0, limit: 100 }).targets
  return ['loom', 'shuttle'].map((project) => ({
    project,
    releases: targets
      .filter((one) => one.role === project)
      .map(({ path, length, role }) => ({ version: /\d+\.\d+\.\d+/.exec(path)?.[0] ?? '', path, length, role })),
  }))
}

// ---- history ------------------------------------------------------------------------------------------------------

const headlines = [
  'Adds three artifacts',
  'Renewal only: version and expiry',
  'Replaces Tomás Vidal by Dana Ortiz',
  'Adds one artifact and removes two',
]

export function historyOf(view: RepositoryView, role: string): HistoryView {
  const one = view.roles.find(({ name }) => name === role)
  const swapped = one?.project?.problem
  const count = Math.min(one?.version ?? 0, 14)
  const versions = Array.from({ length: count }, (_, at): VersionView => {
    const version = (one?.version ?? 0) - at
    const title = `${role.charAt(0).toUpperCase()}${role.slice(1)} ${version}`
    const digest = digestOf(title)
    return {
      title,
      version,
      digest,
      words: wordsOf(digest),
      expires: new Date(Date.UTC(2027, 3 - at, 2, 12)).toISOString().replace('.000', ''),
      headline: headlines[at % headlines.length] ?? '',
      signedBy: (one?.holders ?? []).slice(0, one?.threshold),
      ...(at === 3 && view.sourceId === 'observatory'
        ? {
            problem: {
              code: 'format/unsupported' as const,
              message: 'its keys have changed since, its signatures by then cannot be judged',
            },
          }
        : {}),
    }
  })
  const isMore = view.sourceId === 'big' && (one?.version ?? 0) > count
  const keyChanges = (
    one?.project === undefined ? [] : ['Dana Ortiz joins', 'Lee Ahn leaves', 'Two of two must sign now']
  )
    .slice(0, one?.project?.changes)
    .map((headline, at) => ({
      title: `Keys of ${role}, change ${(one?.project?.changes ?? 0) - at}`,
      headline,
      signedBy: ['Alex Moreau', 'Dana Ortiz'],
      ...(at === 0 && swapped !== undefined ? { problem: swapped } : {}),
    }))
  return { role, versions, more: isMore, gone: !isMore && (one?.version ?? 0) > count, keyChanges }
}
