// One page in a Chromium window: its files are served over the pipe, its calls are checked, it goes nowhere else.
import { bindingName, maxDocumentCallBytes, maxDropped } from '../../ipc/channel.ts'
import type { Notice, Outcome } from '../../ipc/contract.ts'
import type { Cdp, CdpEvent, Fields } from '../../node/cdp.ts'
import { answerWith, foreignSender, oversized } from '../ipc.ts'
import type { ShellWindow, WindowSpec } from '../shell.ts'
import type { Asset } from './assets.ts'
import { chromiumOrigin, decideRequest, isOwnPage, isOwnSender, isScanScreen, pageUrl } from './window-policy.ts'

export interface Tab {
  cdp: Cdp
  targetId: string
  sessionId: string
}

/** What main knows of the page that now runs: the one script world whose calls count, and the way to answer it. */
interface World {
  contextId: number
  receiver?: string
}

export async function openPage(
  tab: Tab,
  spec: WindowSpec,
  assets: ReadonlyMap<string, Asset>,
  preload: string,
): Promise<ShellWindow> {
  const { cdp, targetId, sessionId } = tab
  const send = (method: string, params: object = {}): Promise<Fields> => cdp.send(method, params, sessionId)
  /** For calls whose failure means that the page is gone or going, which `closed` tells. */
  const tell = (method: string, params: object = {}): void => void send(method, params).catch(() => undefined)
  const address = pageUrl(chromiumOrigin, spec.page)
  let mainFrame = ''
  let world: World | undefined
  let shown = ''
  let settleLoaded: () => void = () => undefined
  const loaded = new Promise<void>((resolve) => {
    settleLoaded = resolve
  })

  let mayFilm = false
  /** The camera is open to one screen: given when the page goes there, taken when it leaves. */
  const letFilm = (): void => {
    const may = isScanScreen(chromiumOrigin, shown)
    if (may === mayFilm) return
    mayFilm = may
    const setting = may ? 'granted' : 'denied'
    const params = { permission: { name: 'camera' }, setting, origin: chromiumOrigin }
    void cdp.send('Browser.setPermission', params).catch(() => undefined)
  }

  const deliver = (receiver: string, message: object): void =>
    tell('Runtime.callFunctionOn', {
      objectId: receiver,
      functionDeclaration: 'function (message) { this(message) }',
      arguments: [{ value: message }],
      silent: true,
    })

  const serve = (params: Fields): void => {
    const requestId = params.text('requestId')
    const request = params.inside('request')
    const decision = decideRequest(chromiumOrigin, spec.page, assets, {
      url: request.text('url') ?? '',
      method: request.text('method') ?? '',
      isNavigation: params.text('resourceType') === 'Document',
      isTopFrame: params.text('frameId') === mainFrame,
    })
    const asset = decision.kind === 'serve' ? assets.get(decision.name) : undefined
    if (asset !== undefined) {
      tell('Fetch.fulfillRequest', {
        requestId,
        responseCode: 200,
        responseHeaders: Object.entries(asset.headers).map(([name, value]) => ({ name, value })),
        body: Buffer.from(asset.bytes).toString('base64'),
      })
    } else if (decision.kind === 'stay') {
      // "No content" is the one answer to a navigation that leaves the page as it is, without an error page.
      tell('Fetch.fulfillRequest', { requestId, responseCode: 204 })
    } else {
      tell('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
    }
  }

  const answer = async (params: Fields): Promise<void> => {
    if (params.text('name') !== bindingName) return
    const payload = params.text('payload') ?? ''
    const from = world
    const own = from !== undefined && params.number('executionContextId') === from.contextId
    // A call from another world gets no answer: there is nobody there whom we would know how to reach.
    if (!own || from?.receiver === undefined) return
    const call = parseCall(payload)
    if (call === undefined) return
    const isOwn = isOwnSender(chromiumOrigin, spec.page, { isTopFrame: own, url: shown })
    const outcome = await outcomeOf(call, from.receiver, isOwn)
    if (world === from) deliver(from.receiver, { kind: 'answer', id: call.id, outcome })
  }

  /** The page hands over the files themselves; where each lies only the browser can say, and only of one that a person gave. */
  const pathsOf = async (receiver: string, id: number, count: number): Promise<Outcome<unknown>> => {
    const paths: string[] = []
    for (let at = 0; at < Math.min(count, maxDropped); at++) {
      const found = await send('Runtime.callFunctionOn', {
        objectId: receiver,
        functionDeclaration: 'function (message) { return this(message) }',
        arguments: [{ value: { kind: 'file', id, at } }],
        silent: true,
      })
      const objectId = found.inside('result').text('objectId')
      // What is no file, the browser refuses to say anything of.
      const info =
        objectId === undefined ? undefined : await send('DOM.getFileInfo', { objectId }).catch(() => undefined)
      if (objectId !== undefined) tell('Runtime.releaseObject', { objectId })
      paths.push(info?.text('path') ?? '')
    }
    return { ok: true, value: { paths } }
  }

  const outcomeOf = async (call: PageCall, receiver: string, isOwn: boolean): Promise<Outcome<unknown>> => {
    if (!isOwn) return foreignSender()
    if (call.files !== undefined) return pathsOf(receiver, call.id, call.files)
    return call.name === undefined ? oversized() : answerWith(spec.handle, call.name, call.argument)
  }

  const handlers: Readonly<Record<string, (params: Fields) => void>> = {
    'Fetch.requestPaused': serve,
    'Runtime.bindingCalled': (params) => void answer(params),
    'Runtime.executionContextCreated': (params) => {
      const context = params.inside('context')
      const facts = context.inside('auxData')
      const id = context.number('id')
      // The page's own world in the top frame; not a frame inside it, not a world that something else injected.
      if (id === undefined || !facts.flag('isDefault') || facts.text('frameId') !== mainFrame) return
      world = context.text('origin') === chromiumOrigin ? { contextId: id } : undefined
    },
    'Runtime.executionContextsCleared': () => {
      world = undefined
    },
    'Runtime.consoleAPICalled': (params) => {
      // Only the first call of a world: the bridge makes it before any script of the page runs.
      if (
        world === undefined ||
        params.number('executionContextId') !== world.contextId ||
        world.receiver !== undefined
      )
        return
      const [value] = params.all('args')
      world.receiver = value?.text('objectId') ?? ''
    },
    'Page.frameNavigated': (params) => {
      const frame = params.inside('frame')
      if (frame.text('id') !== mainFrame) return
      // Without its fragment, which the browser tells apart.
      shown = `${frame.text('url') ?? ''}${frame.text('urlFragment') ?? ''}`
      letFilm()
      // A way out that makes no request, such as about:blank: the window comes back.
      if (!isOwnPage(chromiumOrigin, spec.page, shown)) tell('Page.navigate', { url: address })
    },
    'Page.navigatedWithinDocument': (params) => {
      if (params.text('frameId') !== mainFrame) return
      shown = params.text('url') ?? ''
      letFilm()
    },
    'Page.loadEventFired': () => {
      if (isOwnPage(chromiumOrigin, spec.page, shown)) settleLoaded()
    },
    // A dialog would block the page for ever where nobody sees it; ours are drawn by the page itself.
    'Page.javascriptDialogOpening': () => tell('Page.handleJavaScriptDialog', { accept: false }),
  }
  let settleClosed: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    settleClosed = resolve
  })
  const deafen = cdp.listen((event: CdpEvent) => {
    if (event.method === 'Target.targetDestroyed' && event.params.text('targetId') === targetId) settleClosed()
    else if (event.sessionId === sessionId) handlers[event.method]?.(event.params)
  })
  void cdp.closed.then(settleClosed)
  void closed.then(deafen)

  const tree = await send('Page.getFrameTree')
  mainFrame = tree.inside('frameTree').inside('frame').text('id') ?? ''
  await Promise.all([
    send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    send('Page.enable'),
    send('Runtime.enable'),
    send('Runtime.addBinding', { name: bindingName }),
    send('Page.addScriptToEvaluateOnNewDocument', { source: `(() => {${preload}\n})()` }),
    // A worker or a foreign frame would stand outside these rules: it is held before its first line and never let go.
    send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
    send('Runtime.runIfWaitingForDebugger'),
  ])
  await send('Page.navigate', { url: address })
  await Promise.race([loaded, closed])
  // Going back would lead to the empty page the window was born with.
  tell('Page.resetNavigationHistory')

  return {
    notify: (notice: Notice) => {
      if (world?.receiver !== undefined) deliver(world.receiver, { kind: 'notice', notice })
    },
    focus: async () => {
      await send('Page.bringToFront').catch(() => undefined)
    },
    close: async () => {
      await cdp.send('Target.closeTarget', { targetId }).catch(() => undefined)
      await closed
    },
    closed,
  }
}

interface PageCall {
  id: number
  /** Absent when the call was too large to be read. */
  name?: string
  argument?: unknown
  /** How many files the page holds out under this id. */
  files?: number
}

/** undefined: not a message of our bridge, so there is nobody to answer. */
function parseCall(payload: string): PageCall | undefined {
  // The envelope adds a little to the argument; the limit of its own call the dispatcher holds.
  if (payload.length > maxDocumentCallBytes + 1024) {
    const id = Number(/^\{"id":(\d{1,15}),/.exec(payload)?.[1])
    return Number.isInteger(id) ? { id } : undefined
  }
  try {
    const message: unknown = JSON.parse(payload)
    if (typeof message !== 'object' || message === null) return undefined
    const { id, name, argument, files } = message as Partial<PageCall>
    if (typeof id === 'number' && typeof files === 'number') return { id, files }
    return typeof id === 'number' && typeof name === 'string' ? { id, name, argument } : undefined
  } catch {
    // Not JSON, so not our bridge: the same answer, none.
    return undefined
  }
}
