// The folder in which a role's artifacts lie, when nobody says another one: what all its path patterns begin with.

/** Ends with a slash; empty when the patterns have no folder in common. Files for "loom/v?.zip" and "loom/docs/*" are kept under "loom/". */
export function releaseFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map(foldersOf)
  let depth = first.length
  for (const other of others) {
    const differs = first.findIndex((part, at) => part !== other[at])
    if (differs >= 0) depth = Math.min(depth, differs)
  }
  return first
    .slice(0, depth)
    .map((part) => `${part}/`)
    .join('')
}

/** The folders of a pattern before its first wildcard; its last part names files. */
function foldersOf(pattern: string): string[] {
  const folders = pattern.split('/').slice(0, -1)
  const wild = folders.findIndex((part) => part === '' || /[*?[]/.test(part))
  return wild < 0 ? folders : folders.slice(0, wild)
}
