// Which screen the hash names. An unknown hash is home: a link can never lead nowhere.

export type Route =
  | { screen: 'home' }
  | { screen: 'repositories' }
  | { screen: 'open' }
  | { screen: 'keys' }
  | { screen: 'tokens' }
  | { screen: 'review'; proposalId: string }

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, '')
  if (text === 'repositories' || text === 'open' || text === 'keys' || text === 'tokens') return { screen: text }
  if (text.startsWith('review/')) {
    const proposalId = decoded(text.slice('review/'.length))
    if (proposalId !== undefined && proposalId !== '') return { screen: 'review', proposalId }
  }
  return { screen: 'home' }
}

export function hashOf(route: Route): string {
  if (route.screen === 'review') return `#review/${encodeURIComponent(route.proposalId)}`
  return `#${route.screen}`
}

/** The room of the rail a screen belongs to. */
export function roomOf(route: Route): 'home' | 'repositories' | 'keys' | 'tokens' {
  if (route.screen === 'keys' || route.screen === 'tokens') return route.screen
  return route.screen === 'repositories' || route.screen === 'open' ? 'repositories' : 'home'
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // A broken percent sign: the caller treats it like any unknown hash.
    return undefined
  }
}
