// Which screen the hash names. An unknown hash is home: a link can never lead nowhere.

export const repositoryTabs = ['roles', 'map', 'artifacts', 'history', 'versions'] as const
export type RepositoryTab = (typeof repositoryTabs)[number]

const carryWays = ['out', 'back', 'screen'] as const
export type CarryWay = (typeof carryWays)[number]

const projectForms = ['signers', 'release', 'revocation'] as const
export type ProjectForm = (typeof projectForms)[number]

const registryForms = ['release', 'yank', 'permissions', 'namespace', 'approvers', 'begin'] as const
export type RegistryForm = (typeof registryForms)[number]

export type Route =
  | { screen: 'home' }
  | { screen: 'repositories' }
  | { screen: 'open' }
  | { screen: 'create' }
  | { screen: 'keys' }
  | { screen: 'tokens' }
  | { screen: 'ceremonies' }
  /** What somebody handed over, and the place to hand it over. */
  | { screen: 'handed' }
  /** The only screen with a camera: the shells know it by this name. `ceremonyId`: for a ceremony that takes in a request. */
  | { screen: 'scan'; ceremonyId?: string }
  /** A change, or its signature, on the way to another computer; `screen` is a second one, to compare with. */
  | { screen: 'carry'; proposalId: string; what: CarryWay }
  | { screen: 'review'; proposalId: string }
  | { screen: 'invitation'; invitationId: string }
  /** `role`: the one that is looked at. */
  | { screen: 'repository'; sourceId: string; tab: RepositoryTab; role?: string }
  /** A project of an Asfaload mirror; `form`: a change of it being made, `path`: of the release that is revoked. */
  | { screen: 'project'; sourceId: string; form?: ProjectForm; path?: string }
  /** A registry of logs; `subject`: one of its logs, `form`: a change of that being made, `item`: what of it is changed. */
  | { screen: 'registry'; sourceId: string; subject?: string; form?: RegistryForm; item?: string }
  /** The first signers of a project that is not there yet. */
  | { screen: 'found' }
  /** A script that was chosen, before anything begins. */
  | { screen: 'ceremony-script'; scriptId: string }
  /** A ceremony while it is held; it fills the window. */
  | { screen: 'ceremony'; ceremonyId: string }
  /** A change being made: `form` names one of the forms of this subject. */
  | { screen: 'edit'; sourceId: string; subject: string; form?: string }

const plain = ['repositories', 'open', 'create', 'found', 'keys', 'tokens', 'ceremonies', 'handed', 'scan'] as const

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, '')
  const named = plain.find((one) => one === text)
  if (named !== undefined) return { screen: named }
  const [screen, ...parts] = text.split('/').map(decoded)
  const [first, second, third, ...more] = parts
  if (first === undefined || first === '' || (more.length > 0 && screen !== 'registry')) return { screen: 'home' }
  if (screen === 'review' && parts.length === 1) return { screen, proposalId: first }
  if (screen === 'invitation' && parts.length === 1) return { screen, invitationId: first }
  if (screen === 'scan' && parts.length === 1) return { screen, ceremonyId: first }
  if (screen === 'ceremony' && parts.length === 1) return { screen, ceremonyId: first }
  if (screen === 'ceremony-script' && parts.length === 1) return { screen, scriptId: first }
  if (screen === 'carry') {
    const what = carryWays.find((one) => one === second)
    return what === undefined || parts.length !== 2 ? { screen: 'home' } : { screen, proposalId: first, what }
  }
  if (screen === 'repository') {
    const tab = repositoryTabs.find((one) => one === second)
    if (tab === undefined || (parts.length === 3 && (third === undefined || third === ''))) return { screen: 'home' }
    return { screen, sourceId: first, tab, ...(third === undefined ? {} : { role: third }) }
  }
  if (screen === 'project') {
    const form = projectForms.find((one) => one === second)
    const isWhole = parts.length === 1 || (form !== undefined && parts.length === (form === 'revocation' ? 3 : 2))
    if (!isWhole || third === '') return { screen: 'home' }
    return {
      ...{ screen, sourceId: first },
      ...(form === undefined ? {} : { form }),
      ...(third === undefined ? {} : { path: third }),
    }
  }
  if (screen === 'registry') {
    const form = registryForms.find((one) => one === third)
    const [item] = more
    const isWhole = more.length <= 1 && (parts.length < 3 || form !== undefined)
    if (!isWhole || second === '' || (more.length === 1 && (item === undefined || item === '')))
      return { screen: 'home' }
    return {
      ...{ screen, sourceId: first },
      ...(second === undefined ? {} : { subject: second }),
      ...(form === undefined ? {} : { form }),
      ...(item === undefined ? {} : { item }),
    }
  }
  if (screen === 'edit') {
    if (second === undefined || second === '' || (parts.length === 3 && (third === undefined || third === ''))) {
      return { screen: 'home' }
    }
    return { screen, sourceId: first, subject: second, ...(third === undefined ? {} : { form: third }) }
  }
  return { screen: 'home' }
}

export function hashOf(route: Route): string {
  switch (route.screen) {
    case 'review':
      return hash(route.screen, route.proposalId)
    case 'invitation':
      return hash(route.screen, route.invitationId)
    case 'scan':
      return hash(route.screen, route.ceremonyId)
    case 'ceremony':
      return hash(route.screen, route.ceremonyId)
    case 'ceremony-script':
      return hash(route.screen, route.scriptId)
    case 'carry':
      return hash(route.screen, route.proposalId, route.what)
    case 'repository':
      return hash(route.screen, route.sourceId, route.tab, route.role)
    case 'project':
      return hash(route.screen, route.sourceId, route.form, route.path)
    case 'registry':
      return hash(route.screen, route.sourceId, route.subject, route.form, route.item)
    case 'edit':
      return hash(route.screen, route.sourceId, route.subject, route.form)
    default:
      return `#${route.screen}`
  }
}

function hash(...parts: readonly (string | undefined)[]): string {
  return `#${parts.flatMap((part) => (part === undefined ? [] : encodeURIComponent(part))).join('/')}`
}

/** The room of the rail a screen belongs to. */
export function roomOf(route: Route): 'home' | 'repositories' | 'keys' | 'tokens' | 'ceremonies' {
  switch (route.screen) {
    case 'ceremonies':
    case 'ceremony':
    case 'ceremony-script':
      return 'ceremonies'
    case 'keys':
    case 'tokens':
      return route.screen
    case 'home':
    case 'review':
    case 'invitation':
    case 'handed':
    case 'scan':
    case 'carry':
      return 'home'
    default:
      return 'repositories'
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // A broken percent sign: the caller treats it like any unknown hash.
    return undefined
  }
}
