// The decisions both shells share: what is served, where a window may be, who may call, what a page may do.
import { expect, test } from 'vitest'
import {
  chromiumOrigin,
  contentTypeOf,
  decideRequest,
  electronOrigin,
  isAllowedPermission,
  isOwnPage,
  isOwnSender,
  isProtected,
  pageUrl,
  pathUnder,
  responseHeaders,
} from '../../../src/main/shells/window-policy.ts'

const names = new Set(['/index.html', '/prompt.html', '/assets/index-1.js', '/assets/font.woff2'])
const origins = [electronOrigin, chromiumOrigin]

test.each(origins)('%s serves the built files by their exact names and nothing else', (origin) => {
  const load = (address: string, method = 'GET') =>
    decideRequest(origin, 'main', names, { url: address, method, isNavigation: false, isTopFrame: true }).kind
  expect(load(`${origin}/assets/index-1.js`)).toBe('serve')
  const refused = [
    '/assets/index-2.js',
    '/assets',
    '/assets/',
    '/',
    '/index.html',
    '/prompt.html',
    '/../assets/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/%2e%2e/%2e%2e/main/cli.js',
    '/assets/..%2findex-1.js',
    '/assets%2findex-1.js',
    '/assets\\index-1.js%00',
    '/assets/index-1.js?x=1',
    '/assets/index-1.js%20',
    '/ASSETS/index-1.js',
  ]
  for (const path of refused) expect(load(origin + path), path).toBe('refuse')
  const host = new URL(origin).host
  for (const address of [
    `http://${host}/assets/index-1.js`,
    `https://${host}:8443/assets/index-1.js`,
    `https://user@${host}/assets/index-1.js`,
    `https://${host}.example.com/assets/index-1.js`,
    'https://example.com/assets/index-1.js',
    'file:///assets/index-1.js',
    'data:text/javascript,1',
    'assets/index-1.js',
    '',
  ]) {
    expect(load(address), address).toBe('refuse')
  }
  expect(load(`${origin}/assets/index-1.js`, 'POST')).toBe('refuse')
})

test.each(origins)('at %s a window goes to its own page only and stays where it is otherwise', (origin) => {
  const go = (address: string, page: 'main' | 'prompt' = 'main', isTopFrame = true, method = 'GET') =>
    decideRequest(origin, page, names, { url: address, method, isNavigation: true, isTopFrame }).kind
  expect(go(`${origin}/index.html`)).toBe('serve')
  expect(go(`${origin}/index.html#review`)).toBe('serve')
  expect(go(`${origin}/prompt.html`, 'prompt')).toBe('serve')
  expect(go(`${origin}/prompt.html`)).toBe('stay')
  expect(go(`${origin}/index.html`, 'prompt')).toBe('stay')
  expect(go(`${origin}/assets/index-1.js`)).toBe('stay')
  expect(go('https://example.com/')).toBe('stay')
  expect(go('file:///etc/passwd')).toBe('stay')
  expect(go(`${origin}/index.html`, 'main', true, 'POST')).toBe('stay')
  expect(go(`${origin}/index.html`, 'main', false)).toBe('refuse')
})

test.each(origins)('at %s only the top frame of the very page may call', (origin) => {
  const may = (url: string, isTopFrame = true) => isOwnSender(origin, 'main', { url, isTopFrame })
  expect(may(pageUrl(origin, 'main'))).toBe(true)
  expect(may(`${pageUrl(origin, 'main')}#/keys`)).toBe(true)
  expect(may(pageUrl(origin, 'main'), false)).toBe(false)
  for (const url of [
    pageUrl(origin, 'prompt'),
    `${origin}/`,
    'about:blank',
    '',
    'https://example.com/index.html',
    `${origin}.example.com/index.html`,
  ]) {
    expect(may(url), url).toBe(false)
  }
  expect(isOwnPage(origin, 'prompt', pageUrl(origin, 'main'))).toBe(false)
})

test('the two origins are not each other', () => {
  expect(pathUnder(electronOrigin, pageUrl(chromiumOrigin, 'main'))).toBeUndefined()
  expect(pathUnder(chromiumOrigin, pageUrl(electronOrigin, 'main'))).toBeUndefined()
})

test('the content security policy allows files of our own and nothing else', () => {
  const policy = responseHeaders('text/html')['Content-Security-Policy'] ?? ''
  const directives = new Map(policy.split('; ').map((part) => [part.split(' ')[0] ?? '', part.split(' ').slice(1)]))
  expect(directives.get('default-src')).toEqual(["'none'"])
  expect(directives.get('connect-src')).toEqual(["'none'"])
  expect(directives.get('script-src')).toEqual(["'self'"])
  expect(directives.get('require-trusted-types-for')).toEqual(["'script'"])
  expect(directives.get('trusted-types')).toEqual(["'none'"])
  expect(directives.get('frame-ancestors')).toEqual(["'none'"])
  expect(directives.get('sandbox')).not.toContain('allow-popups')
  expect(directives.get('sandbox')).not.toContain('allow-downloads')
  expect(policy).not.toMatch(/unsafe|\*|data:|blob:|https?:/)
})

test('every answer forbids what the page could ask of the machine', () => {
  const headers = responseHeaders('text/html')
  expect(headers['X-Content-Type-Options']).toBe('nosniff')
  for (const feature of [
    'camera',
    'fullscreen',
    'microphone',
    'usb',
    'hid',
    'serial',
    'clipboard-read',
    'publickey-credentials-get',
  ]) {
    expect(headers['Permissions-Policy']).toContain(`${feature}=()`)
  }
})

test('a camera, and the whole screen, are for the main page alone', () => {
  expect(responseHeaders('text/html', '/index.html')['Permissions-Policy']).toContain(
    'camera=(self), fullscreen=(self)',
  )
  expect(responseHeaders('text/html', '/prompt.html')['Permissions-Policy']).toContain('camera=(), fullscreen=()')
})

test.each([
  ['media', '#scan', ['video'], true],
  ['media', '', ['video'], false],
  ['media', '#home', ['video'], false],
  ['media', '#scan/2026-11-30-1a2b3c4d', ['video'], true],
  ['media', '#scan/x/more', ['video'], false],
  ['media', '#scanner', ['video'], false],
  ['media', '#scan', ['video', 'audio'], false],
  ['media', '#scan', ['audio'], false],
  ['media', '#scan', [], false],
  ['fullscreen', '#carry/some%3Aroot/out', [], true],
  ['fullscreen', '#ceremony/2026-11-30-1a2b3c4d', [], true],
  ['fullscreen', '#ceremonies', [], false],
  ['fullscreen', '#home', [], false],
] as const)('%s on the screen %s, of %j: %s', (permission, hash, media, allowed) => {
  const main = pageUrl(electronOrigin, 'main')
  const prompt = pageUrl(electronOrigin, 'prompt')
  expect(isAllowedPermission(permission, `${main}${hash}`, electronOrigin, media)).toBe(allowed)
  expect(isAllowedPermission(permission, `${prompt}${hash}`, electronOrigin, media)).toBe(false)
  expect(isAllowedPermission(permission, `https://example.com/index.html${hash}`, electronOrigin, media)).toBe(false)
})

test('only the kinds of files that pages need have a type', () => {
  expect(contentTypeOf('/a.js')).toBe('text/javascript; charset=utf-8')
  expect(contentTypeOf('/a.js.map')).toBeUndefined()
  expect(contentTypeOf('/a.exe')).toBeUndefined()
  expect(contentTypeOf('/a')).toBeUndefined()
})

test.each([
  'geolocation',
  'media',
  'notifications',
  'clipboard-read',
  'openExternal',
  'hid',
  'usb',
  'serial',
  'fileSystem',
  'unknown',
])('permission %s is denied', (permission) => {
  expect(isAllowedPermission(permission, pageUrl(electronOrigin, 'main'), electronOrigin)).toBe(false)
})

test('copying is allowed to our own pages', () => {
  expect(isAllowedPermission('clipboard-sanitized-write', pageUrl(electronOrigin, 'main'), electronOrigin)).toBe(true)
  expect(isAllowedPermission('clipboard-sanitized-write', 'https://example.com/', electronOrigin)).toBe(false)
})

test.each([
  ['/usr/lib/chromium/chromium --user-data-dir=/tmp/x --remote-debugging-pipe --app=data:text/html,', true],
  ['chromium --class=no-sandbox --app=x', true],
  ['chromium --no-sandbox --app=x', false],
  ['chromium -no-sandbox', false],
  ['chromium --remote-debugging-pipe --remote-debugging-port=0', false],
  ['chromium --disable-web-security', false],
  ['chromium --single-process', false],
  ['chromium --js-flags=--expose-gc', false],
  ['', false],
])('a browser started as %s keeps its protections: %s', (commandLine, expected) => {
  expect(isProtected(commandLine)).toBe(expected)
})
