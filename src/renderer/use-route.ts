// The hash as a route: links, the back button and the keyboard all go through the same place.
import { useCallback, useEffect, useState } from 'react'
import { hashOf, parseRoute, type Route } from './route.ts'

export function useRoute(): { route: Route; go: (route: Route) => void } {
  const [hash, setHash] = useState(window.location.hash)
  useEffect(() => {
    const read = () => setHash(window.location.hash)
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  const go = useCallback((route: Route) => {
    window.location.hash = hashOf(route)
  }, [])
  return { route: parseRoute(hash), go }
}
