// What a window may load, where it may go and who may call: pure decisions, shared by both shells.
import type { Page } from '../shell.ts'

/** Electron serves the page under its own scheme; Chromium under a name that RFC 6761 promises never to resolve. */
export const electronOrigin = 'app://countersign'
export const chromiumOrigin = 'https://countersign.invalid'

export const pageNames: Readonly<Record<Page, string>> = { main: '/index.html', prompt: '/prompt.html' }

export function pageUrl(origin: string, page: Page): string {
  return origin + pageNames[page]
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  // No popups, no downloads, no frames of another origin, whatever a script tries.
  'sandbox allow-scripts allow-same-origin allow-forms allow-modals',
].join('; ')

const deniedFeatures = [
  'accelerometer',
  'clipboard-read',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
]

/** Codes are shown and scanned in the main window, which still has to ask the shell; whoever types a secret is not filmed. */
const featuresOfMain: readonly string[] = ['camera', 'fullscreen']

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['woff2', 'font/woff2'],
  ['json', 'application/json'],
  ['txt', 'text/plain; charset=utf-8'],
])

/** undefined: a kind of file that no page of ours needs, so it is not served. */
export function contentTypeOf(name: string): string | undefined {
  return contentTypes.get(name.slice(name.lastIndexOf('.') + 1))
}

export function responseHeaders(contentType: string, name = ''): Readonly<Record<string, string>> {
  const own = name === pageNames.main ? '(self)' : '()'
  const features = [...deniedFeatures.map((one) => `${one}=()`), ...featuresOfMain.map((one) => `${one}=${own}`)]
  return {
    'Content-Type': contentType,
    'Content-Security-Policy': contentSecurityPolicy,
    'Permissions-Policy': features.join(', '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  }
}

/** The path of an address under the origin, or undefined when it is anything else. Query, user or port make it something else. */
export function pathUnder(origin: string, address: string): string | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    // Not an address at all, so not one of ours: the answer is the same.
    return undefined
  }
  if (`${url.protocol}//${url.host}` !== origin || url.username !== '' || url.password !== '' || url.search !== '') {
    return undefined
  }
  return url.pathname
}

/** Staying on the page one is on, with another fragment at most. */
export function isOwnPage(origin: string, page: Page, address: string): boolean {
  return pathUnder(origin, address) === pageNames[page]
}

export interface RequestFacts {
  url: string
  method: string
  /** The request would replace what the window or a frame shows. */
  isNavigation: boolean
  isTopFrame: boolean
}

export type RequestDecision =
  | { kind: 'serve'; name: string }
  /** A navigation of the window to somewhere else: it stays where it is. */
  | { kind: 'stay' }
  | { kind: 'refuse' }

/** Everything a window asks for goes through here. `names` are the built files, exactly; there is no path to resolve. */
export function decideRequest(
  origin: string,
  page: Page,
  names: { has(name: string): boolean },
  facts: RequestFacts,
): RequestDecision {
  const no: RequestDecision = facts.isNavigation && facts.isTopFrame ? { kind: 'stay' } : { kind: 'refuse' }
  const name = pathUnder(origin, facts.url)
  if (facts.method !== 'GET' || name === undefined || !names.has(name)) return no
  if (facts.isNavigation) return facts.isTopFrame && name === pageNames[page] ? { kind: 'serve', name } : no
  return name.endsWith('.html') ? no : { kind: 'serve', name }
}

export interface SenderFacts {
  isTopFrame: boolean
  url: string
}

export function isOwnSender(origin: string, page: Page, sender: SenderFacts): boolean {
  return sender.isTopFrame && isOwnPage(origin, page, sender.url)
}

/** Where a camera may be used: on the main page, when its fragment says that it scans, and for which ceremony. */
export function isScanScreen(origin: string, address: string): boolean {
  return isOwnPage(origin, 'main', address) && /^#scan(?:\/[^/]+)?$/.test(new URL(address).hash)
}

/** Those that fill the screen: codes for a camera, and a ceremony that a room follows. */
function isShowScreen(origin: string, address: string): boolean {
  return isOwnPage(origin, 'main', address) && /^#(?:carry|ceremony)\//.test(new URL(address).hash)
}

/** What a page may do beyond itself: put text on the clipboard after a click; on one screen each, film and fill the screen. */
export function isAllowedPermission(
  permission: string,
  address: string,
  origin: string,
  media: readonly string[] = [],
): boolean {
  if (permission === 'clipboard-sanitized-write') return pathUnder(origin, address) !== undefined
  if (permission === 'fullscreen') return isShowScreen(origin, address)
  const isFilm = media.length > 0 && media.every((one) => one === 'video')
  return permission === 'media' && isFilm && isScanScreen(origin, address)
}

// Each of these switches takes away a protection, or lets another program drive the window.
const weakeningSwitches = [
  'no-sandbox',
  'no-zygote-sandbox',
  'disable-setuid-sandbox',
  'disable-namespace-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-gpu-sandbox',
  'single-process',
  'disable-web-security',
  'disable-site-isolation-trials',
  'remote-debugging-port',
  'remote-debugging-address',
  'js-flags',
]

/** Whether a browser started with this command line keeps its protections. An unknown command line counts as no. */
export function isProtected(commandLine: string): boolean {
  if (commandLine === '') return false
  return !weakeningSwitches.some((name) => new RegExp(`(^|\\s)--?${name}(=|\\s|$)`).test(commandLine))
}
