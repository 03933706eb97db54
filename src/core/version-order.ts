// Which of two versions is newer: by the rules of semantic versioning 2.0 where they are such, else as a person would sort them.

interface Semantic {
  /** Without leading zeros, of any length. */
  numbers: readonly string[]
  prerelease: readonly string[]
}

const semantic = /^(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/

/** "1" and "1.2" are read as 1.0.0 and 1.2.0: many projects write them so. */
function parseSemantic(version: string): Semantic | undefined {
  const found = semantic.exec(version)
  if (found === null) return undefined
  const prerelease = found[4]?.split('.') ?? []
  const build = found[5]?.split('.') ?? []
  // 2024-01-05 is a date.
  if (found[2] === undefined && prerelease.length > 0) return undefined
  if (build.includes('') || prerelease.some((part) => part === '' || /^0\d+$/.test(part))) return undefined
  return { numbers: [found[1] ?? '0', found[2] ?? '0', found[3] ?? '0'], prerelease }
}

export function isSemantic(version: string): boolean {
  return parseSemantic(version) !== undefined
}

export function isPrerelease(version: string): boolean {
  return (parseSemantic(version)?.prerelease.length ?? 0) > 0
}

/** A folder of this name holds a version: it begins with a digit, or with v and a digit. */
export function isVersionText(text: string): boolean {
  return /^v?\d/i.test(text)
}

/** "v1.2" and "1.2" are one version. */
export function plainVersion(text: string): string {
  return /^v\d/i.test(text) ? text.slice(1) : text
}

/** Positive when `a` is newer. Semantic versions are newer than all others; what counts as equal is told apart by its text. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseSemantic(a), parseSemantic(b)]
  if (x === undefined || y === undefined) {
    return Number(x !== undefined) - Number(y !== undefined) || compareNaturally(a, b)
  }
  return compareSemantic(x, y) || compareNaturally(a, b)
}

/** Precedence, section 11: numbers, then a release above its prereleases, then these part by part. */
function compareSemantic(a: Semantic, b: Semantic): number {
  for (const [i, number] of a.numbers.entries()) {
    const order = compareNumbers(number, b.numbers[i] ?? '0')
    if (order !== 0) return order
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0)
  }
  for (let i = 0; i < Math.max(a.prerelease.length, b.prerelease.length); i++) {
    const order = compareIdentifiers(a.prerelease[i], b.prerelease[i])
    if (order !== 0) return order
  }
  return 0
}

/** Fewer parts are older; numbers are older than words. */
function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isA && isB) return compareNumbers(a, b)
  if (isA !== isB) return Number(isB) - Number(isA)
  return compareTexts(a, b)
}

/** Longer is larger: there is no number too large for this. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b)
}

function compareTexts(a: string, b: string): number {
  return Number(a > b) - Number(a < b)
}

/** As people sort: "r9" before "r10". */
function compareNaturally(a: string, b: string): number {
  const [x, y] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p, q] = [x[i], y[i]]
    if (p === undefined || q === undefined) return Number(p !== undefined) - Number(q !== undefined)
    const areNumbers = /^\d/.test(p) && /^\d/.test(q)
    const order = areNumbers ? compareNumbers(withoutZeros(p), withoutZeros(q)) : compareTexts(p, q)
    if (order !== 0) return order
  }
  return compareTexts(a, b)
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '')
}
