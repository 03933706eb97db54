// The real window of the Chromium shell: what it serves, what it refuses, what it leaves behind.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contract } from '../../src/ipc/contract.ts'
import { type RunningApp, spawnTestApp, startTestApp } from './support/app.ts'

let app: RunningApp

beforeAll(async () => {
  app = await startTestApp()
})

afterAll(async () => {
  await app?.end()
})

test('the page loads without one complaint of the browser', async () => {
  const complaints: string[] = []
  const hear = (message: { type(): string; text(): string }): void => {
    if (message.type() === 'error') complaints.push(message.text())
  }
  app.page.on('console', hear)
  await app.page.reload({ waitUntil: 'load' })
  await app.page.waitForTimeout(500)
  app.page.off('console', hear)
  expect(complaints).toEqual([])
})

test('opens the main window with its title', async () => {
  expect(await app.page.title()).toContain('Countersign')
  expect(app.page.url().split('#')[0]).toBe('https://countersign.invalid/index.html')
})

test('the page gets the bridge: the names of the contract, frozen, and no other global', async () => {
  const seen = await app.page.evaluate(() => {
    const bridge = Reflect.get(window, 'countersign') as Record<string, Record<string, unknown>>
    const names = Object.entries(bridge).flatMap(([room, verbs]) => Object.keys(verbs).map((verb) => `${room}.${verb}`))
    const parts = [bridge, ...Object.values(bridge), ...Object.values(bridge).flatMap((room) => Object.values(room))]
    return {
      names,
      allFrozen: parts.every((part) => Object.isFrozen(part)),
      replaceable: Reflect.set(window, 'countersign', 1) || Reflect.deleteProperty(window, 'countersign'),
      strangers: ['__countersign', 'countersignPrompt', 'require', 'process'].filter((name) => name in window),
    }
  })
  expect(seen.names.sort()).toEqual([...Object.keys(contract), 'dropped.pathsOf', 'notices.listen'].sort())
  expect(seen).toMatchObject({ allFrozen: true, replaceable: false, strangers: [] })
})

test('a call travels to main and back; a bad argument comes back as data', async () => {
  const answers = await app.page.evaluate(async () => {
    const bridge = Reflect.get(window, 'countersign')
    return {
      info: await bridge.app.info(),
      extra: await bridge.app.info({ surprise: 1 }),
      huge: await bridge.app.info('x'.repeat(300_000)),
      uncarriable: await bridge.app.info(window),
    }
  })
  expect(answers.info).toMatchObject({ ok: true, value: { shell: 'chromium', sandboxed: false } })
  expect(answers.extra).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  expect(answers.huge).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  expect(answers.uncarriable).toMatchObject({ ok: false, error: { code: 'internal/bug' } })
})

test('the policy header is there and holds: no inline script, no eval, no fetch, no markup from text', async () => {
  const response = await app.page.reload()
  const policy = (await response?.headerValue('content-security-policy')) ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).not.toContain('unsafe')
  const ran = await app.page.evaluate(async () => {
    const blocked: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective))
    const script = document.createElement('script')
    try {
      script.text = 'window.inlineRan = true'
    } catch {
      blocked.push('assignment')
    }
    script.append('window.inlineRan = true')
    document.body.append(script)
    const attempt = async (work: () => unknown): Promise<string> => {
      try {
        await work()
        return 'worked'
      } catch {
        return 'refused'
      }
    }
    const results = {
      fetch: await attempt(() => fetch('https://countersign.invalid/index.html')),
      away: await attempt(() => fetch('https://example.com/')),
      socket: await attempt(
        () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket('wss://example.com/')
            socket.onopen = resolve
            socket.onerror = reject
          }),
      ),
      markup: await attempt(() => {
        document.body.innerHTML = '<b>x</b>'
      }),
      worker: await attempt(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))
            worker.onmessage = resolve
            worker.onerror = reject
          }),
      ),
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    return { ...results, inline: 'inlineRan' in window, directives: blocked }
  })
  expect(ran).toMatchObject({
    fetch: 'refused',
    away: 'refused',
    socket: 'refused',
    markup: 'refused',
    worker: 'refused',
    inline: false,
  })
  expect(ran.directives).toContain('connect-src')
})

test.each([
  '/../../../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/..%2f..%2fmain/chromium.js',
  '/..\\main\\chromium.js',
  '/prompt.html',
  '//example.com/x.svg',
])('the address %s gives nothing', async (path) => {
  const loaded = await app.page.evaluate(
    (address) =>
      new Promise<boolean>((resolve) => {
        const image = document.createElement('link')
        image.rel = 'stylesheet'
        image.href = address
        image.onload = () => resolve(true)
        image.onerror = () => resolve(false)
        document.head.append(image)
      }),
    `https://countersign.invalid${path}`,
  )
  expect(loaded).toBe(false)
})

test('the window stays on its page, whatever asks it to go', async () => {
  const addresses = ['https://example.com/', 'https://countersign.invalid/prompt.html', 'file:///etc/passwd']
  for (const address of addresses) {
    await app.page.evaluate((to) => {
      window.location.href = to
    }, address)
    await app.page.waitForTimeout(200)
    expect(app.page.url().split('#')[0]).toBe('https://countersign.invalid/index.html')
  }
  await app.page.evaluate(() => {
    Reflect.set(window, 'beforeLeaving', true)
    window.location.href = 'about:blank'
  })
  // It leaves, and comes back as a new page with a bridge that works.
  const again = async (): Promise<unknown> => {
    try {
      return await app.page.evaluate(async () => {
        if ('beforeLeaving' in window) return undefined
        const { ok } = await Reflect.get(window, 'countersign').app.info()
        return ok
      })
    } catch {
      // Between two pages there is nothing to ask.
      return undefined
    }
  }
  await expect.poll(again, { timeout: 5000 }).toBe(true)
  expect(app.page.url().split('#')[0]).toBe('https://countersign.invalid/index.html')
})

test('popups do not open, and a tab that something else opens is closed', async () => {
  expect(await app.page.evaluate(() => window.open('https://example.com/') === null)).toBe(true)
  const session = await app.browser.newBrowserCDPSession()
  const { targetId } = await session.send('Target.createTarget', { url: 'about:blank' })
  const isThere = async (): Promise<boolean> =>
    (await session.send('Target.getTargets')).targetInfos.some((target) => target.targetId === targetId)
  await expect.poll(isThere, { timeout: 5000 }).toBe(false)
})

test('every permission but the clipboard is denied without a question', async () => {
  const states = await app.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read']
    const query = async (name: string): Promise<string> =>
      (await navigator.permissions.query({ name: name as PermissionName })).state
    return Promise.all(names.map(query))
  })
  expect(new Set(states)).toEqual(new Set(['denied']))
  const copying = await app.page.evaluate(
    async () => (await navigator.permissions.query({ name: 'clipboard-write' as PermissionName })).state,
  )
  expect(copying).toBe('granted')
})

test('nothing of the app listens on the network but the port the test itself added', () => {
  const pids = new Set(familyOf(app.process.pid ?? 0))
  expect(pids.size).toBeGreaterThan(2)
  expect(listeningPorts(pids)).toEqual([app.debuggingPort])
})

test('a frame inside the page gets no answer from main', async () => {
  const outcome = await app.page.evaluate(async () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const inner = frame.contentWindow
    const binding: unknown = inner === null ? undefined : Reflect.get(inner, '__countersign')
    const bridge: unknown = inner === null ? undefined : Reflect.get(inner, 'countersign')
    frame.remove()
    return { binding: typeof binding, bridge: typeof bridge }
  })
  expect(outcome).toEqual({ binding: 'undefined', bridge: 'undefined' })
})

test('closing the window ends the app and leaves no process and no profile', async () => {
  const family = familyOf(app.process.pid ?? 0)
  await app.page.close()
  expect(await app.exited).toBe(0)
  await expect.poll(() => family.filter(isAlive), { timeout: 5000 }).toEqual([])
  expect(profilesIn(app.temporary)).toEqual([])
})

test('killing the browser ends the app; killing the app ends the browser', async () => {
  const first = await startTestApp()
  const family = familyOf(first.process.pid ?? 0)
  const browserPid = family.find(
    (pid) => commandOf(pid).includes('--remote-debugging-pipe') && !commandOf(pid).includes('--type='),
  )
  process.kill(browserPid ?? 0, 'SIGKILL')
  expect(await first.exited).toBe(0)
  expect(profilesIn(first.temporary)).toEqual([])
  await first.end()

  const second = await startTestApp()
  const others = familyOf(second.process.pid ?? 0)
  second.process.kill('SIGKILL')
  await second.exited
  await expect.poll(() => others.filter(isAlive), { timeout: 8000 }).toEqual([])
  await second.end()
})

test('a signal while the browser starts leaves no process and no profile', async () => {
  const early = await spawnTestApp()
  await expect.poll(() => profilesIn(early.temporary).length, { interval: 5, timeout: 10_000 }).toBe(1)
  const family = familyOf(early.process.pid ?? 0)
  early.process.kill('SIGTERM')
  await early.exited
  await expect.poll(() => family.filter(isAlive), { timeout: 5000 }).toEqual([])
  expect(profilesIn(early.temporary)).toEqual([])
  await early.end()
})

function profilesIn(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('countersign-window-'))
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** A process and everything below it. */
function familyOf(pid: number): number[] {
  const table = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const family = [pid]
  for (const parent of family) family.push(...rows.flatMap(([child, of]) => (of === parent && child ? [child] : [])))
  return family
}

function listeningPorts(pids: ReadonlySet<number>): number[] {
  const inodes = new Map<string, number>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === '0A') inodes.set(fields[9] ?? '', Number.parseInt(fields[1]?.split(':')[1] ?? '', 16))
    }
  }
  const ports = new Set<number>()
  for (const pid of pids) {
    for (const fd of openFilesOf(pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]
      const port = inode === undefined ? undefined : inodes.get(inode)
      if (port !== undefined) ports.add(port)
    }
  }
  return [...ports].sort()
}

/** A process that ended meanwhile holds nothing open. */
function openFilesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
