// Path patterns for people: what was typed as lines, what is wrong with it, and what each pattern takes in. Pure.
import { isPathMatch } from '../../../core/systems/tuf/glob.ts'

export function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '')
}

/** What is wrong with these patterns, as a sentence; undefined when nothing is. */
export function pathProblem(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    if (path.startsWith('/')) return `"${path}" begins with a slash. Paths begin with the name of a folder or file.`
    if (path.includes('\\')) return `"${path}" has a backslash. Folders are divided by / everywhere.`
    if (path.split('/').some((part) => part === '..' || part === '.')) return `"${path}" has a part that is only dots.`
    if (path.split('/').includes('')) return `"${path}" has an empty part. Write one / between two names.`
    if (path.includes('**'))
      return `"${path}" has two stars. One star stays within its folder; write a line for each depth.`
  }
  return paths.length > 2048 ? `${paths.length} lines; 2048 are possible at once.` : undefined
}

export interface Match {
  pattern: string
  takes: string[]
  leaves: string[]
}

/** For a pattern: made-up paths that it takes in, and near ones that it leaves, because a star never crosses a slash. */
export function examplesOf(pattern: string): Match {
  const parts = pattern.split('/')
  const named = parts.map((part) =>
    part
      .replace(/\*/g, 'app-1.2')
      .replace(/\?/g, 'x')
      .replace(/\[([^\]]).*?\]/g, '$1'),
  )
  const inside = named.join('/')
  const deeper = [...named.slice(0, -1), 'more', named.at(-1) ?? ''].join('/')
  const shallower = named.slice(1).join('/')
  const candidates = [...new Set([inside, deeper, shallower])].filter((path) => path !== '')
  return {
    pattern,
    takes: candidates.filter((path) => isPathMatch(pattern, path)),
    leaves: candidates.filter((path) => !isPathMatch(pattern, path)).slice(0, 1),
  }
}

export function matching(patterns: readonly string[], paths: readonly string[]): string[] {
  return paths.filter((path) => patterns.some((pattern) => isPathMatch(pattern, path)))
}
