// Path patterns (specification 4.5): shell-style, and no wildcard crosses a slash. Patterns come from strangers, so matching
// takes at most pattern times path steps, and nothing is compiled.

type Token =
  | { kind: 'char'; point: string }
  | { kind: 'any' }
  | { kind: 'star' }
  | { kind: 'set'; negated: boolean; body: readonly string[] }

export function isPathMatch(pattern: string, path: string): boolean {
  const [patterns, parts] = [pattern.split('/'), path.split('/')]
  if (patterns.length !== parts.length) return false
  return patterns.every((one, i) => isPartMatch(one, parts[i] ?? ''))
}

function isPartMatch(pattern: string, part: string): boolean {
  if (!/[*?[]/.test(pattern)) return pattern === part
  const tokens = tokensOf(pattern)
  const points = [...part]
  let [t, p] = [0, 0]
  // Where to resume when a later token fails: the last star seen, and how much of the part it covers.
  let [star, covered] = [-1, 0]
  while (p < points.length) {
    const token = tokens[t]
    if (token?.kind === 'star') {
      star = t++
      covered = p
    } else if (token !== undefined && isPointMatch(token, points[p] ?? '')) {
      t++
      p++
    } else if (star >= 0) {
      t = star + 1
      p = ++covered
    } else {
      return false
    }
  }
  while (tokens[t]?.kind === 'star') t++
  return t === tokens.length
}

function isPointMatch(token: Token, point: string): boolean {
  switch (token.kind) {
    case 'char':
      return token.point === point
    case 'any':
    case 'star':
      return true
    case 'set':
      return inSet(token.body, point) !== token.negated
  }
}

function inSet(body: readonly string[], point: string): boolean {
  for (let i = 0; i < body.length; i++) {
    const [from, to] = [body[i] ?? '', body[i + 2]]
    if (body[i + 1] === '-' && to !== undefined) {
      const code = point.codePointAt(0) ?? 0
      if (code >= (from.codePointAt(0) ?? 0) && code <= (to.codePointAt(0) ?? 0)) return true
      i += 2
    } else if (from === point) {
      return true
    }
  }
  return false
}

function tokensOf(pattern: string): Token[] {
  const points = [...pattern]
  const tokens: Token[] = []
  const lastClose = points.lastIndexOf(']')
  for (let i = 0; i < points.length; i++) {
    const point = points[i] ?? ''
    if (point === '*') tokens.push({ kind: 'star' })
    else if (point === '?') tokens.push({ kind: 'any' })
    else if (point === '[') {
      const negated = points[i + 1] === '!'
      const first = negated ? i + 2 : i + 1
      // A bracket that is never closed is a bracket; one right after the opening is part of the set.
      const close = first < lastClose ? points.indexOf(']', first + 1) : -1
      if (close < 0) tokens.push({ kind: 'char', point })
      else {
        tokens.push({ kind: 'set', negated, body: points.slice(first, close) })
        i = close
      }
    } else tokens.push({ kind: 'char', point })
  }
  return tokens
}
