// What came over an air gap: the plain layout, with as much of the repository in it as one request needs.
import type { Layout } from '../layout.ts'
import { plainLayout } from './plain.ts'

export const carriedLayout: Layout = {
  ...plainLayout,
  carried: true,
  elsewhere: { how: 'carry the signatures back; the change is published where the request came from' },
}
