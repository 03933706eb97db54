// Which commands there are, in the order in which the help tells of them.
import type { Command } from './command.ts'

type Load = () => Promise<Command>

/** Each is read from disk when it is asked for: nobody waits for the others. */
const groups: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  'To begin': {
    demo: () => import('./commands/create.ts').then((room) => room.demoCommand),
    pin: () => import('./commands/pin.ts').then((room) => room.pinCommand),
    access: () => import('./commands/access.ts').then((room) => room.accessCommand),
    forget: () => import('./commands/pin.ts').then((room) => room.forgetCommand),
  },
  'To look, review and sign': {
    status: () => import('./commands/review.ts').then((room) => room.statusCommand),
    state: () => import('./commands/state.ts').then((room) => room.stateCommand),
    history: () => import('./commands/state.ts').then((room) => room.historyCommand),
    pending: () => import('./commands/review.ts').then((room) => room.pendingCommand),
    review: () => import('./commands/review.ts').then((room) => room.reviewCommand),
    sign: () => import('./commands/sign.ts').then((room) => room.signCommand),
    publish: () => import('./commands/publish.ts').then((room) => room.publishCommand),
  },
  'For admins': {
    init: () => import('./commands/create.ts').then((room) => room.initCommand),
    roles: () => import('./commands/roles.ts').then((room) => room.rolesCommand),
    delegate: () => import('./commands/delegate.ts').then((room) => room.delegateCommand),
    configure: () => import('./commands/configure.ts').then((room) => room.configureCommand),
    edit: () => import('./commands/edit.ts').then((room) => room.editCommand),
    propose: () => import('./commands/propose.ts').then((room) => room.proposeCommand),
    renew: () => import('./commands/renew.ts').then((room) => room.renewCommand),
    rstuf: () => import('./commands/rstuf.ts').then((room) => room.rstufCommand),
    serve: () => import('./commands/serve.ts').then((room) => room.serveCommand),
  },
  'Over an air gap': {
    export: () => import('./commands/carry/export.ts').then((room) => room.exportCommand),
    import: () => import('./commands/carry/import.ts').then((room) => room.importCommand),
    combine: () => import('./commands/carry/combine.ts').then((room) => room.combineCommand),
    inspect: () => import('./commands/carry/inspect.ts').then((room) => room.inspectCommand),
    offline: () => import('./commands/offline.ts').then((room) => room.offlineCommand),
    ceremony: () => import('./commands/ceremony/ceremony.ts').then((room) => room.ceremonyCommand),
  },
  'For tuf-on-ci repositories': {
    events: () => import('./commands/events.ts').then((room) => room.eventsCommand),
    accept: () => import('./commands/events.ts').then((room) => room.acceptCommand),
    invite: () => import('./commands/events.ts').then((room) => room.inviteCommand),
  },
  'For asfaload projects': {
    signers: () => import('./commands/asfaload/signers.ts').then((room) => room.signersCommand),
    revoke: () => import('./commands/asfaload/revoke.ts').then((room) => room.revokeCommand),
    register: () => import('./commands/asfaload/register.ts').then((room) => room.registerCommand),
  },
  'For Warg registries': {
    warg: () => import('./commands/warg.ts').then((room) => room.wargCommand),
  },
  'For repositories of content-addressed blocks': {
    merkle: () => import('./commands/merkle.ts').then((room) => room.merkleCommand),
  },
  'For maintainers': {
    project: () => import('./commands/project.ts').then((room) => room.projectCommand),
    release: () => import('./commands/release.ts').then((room) => room.releaseCommand),
    upload: () => import('./commands/upload.ts').then((room) => room.uploadCommand),
    withdraw: () => import('./commands/edit.ts').then((room) => room.withdrawCommand),
  },
  'For users of a repository': {
    list: () => import('./commands/download.ts').then((room) => room.listCommand),
    download: () => import('./commands/download.ts').then((room) => room.downloadCommand),
    verify: () => import('./commands/verify.ts').then((room) => room.verifyCommand),
    client: () => import('./commands/client.ts').then((room) => room.clientCommand),
  },
  Keys: {
    keys: () => import('./commands/keys.ts').then((room) => room.keysCommand),
    tokens: () => import('./commands/tokens.ts').then((room) => room.tokensCommand),
    minisign: () => import('./commands/minisign.ts').then((room) => room.minisignCommand),
  },
}

const loads = new Map(Object.values(groups).flatMap((group) => Object.entries(group)))

export async function findCommand(name: string): Promise<Command | undefined> {
  return loads.get(name)?.()
}

export async function groupedCommands(): Promise<{ title: string; commands: Command[] }[]> {
  return Promise.all(
    Object.entries(groups).map(async ([title, group]) => ({
      title,
      commands: await Promise.all(Object.values(group).map((load) => load())),
    })),
  )
}
