// The system’s Chromium: named by the person, on the path, or where each system installs it; and what it is given of our environment.
import { accessSync, constants, statSync } from 'node:fs'
import { posix, win32 } from 'node:path'

export interface Surroundings {
  platform: string
  env: Readonly<Record<string, string | undefined>>
  isProgram(path: string): boolean
}

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'brave-browser',
  'brave',
  'microsoft-edge-stable',
  'microsoft-edge',
  'msedge',
]

const macPrograms = ['Chromium', 'Google Chrome', 'Brave Browser', 'Microsoft Edge']

const windowsPrograms = [
  'Chromium\\Application\\chrome.exe',
  'Google\\Chrome\\Application\\chrome.exe',
  'BraveSoftware\\Brave-Browser\\Application\\brave.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
]

/** undefined: there is none. A browser named in COUNTERSIGN_CHROMIUM is used or nothing is: no silent second choice. */
export function findChromium(here: Surroundings): string | undefined {
  const named = here.env.COUNTERSIGN_CHROMIUM
  if (named !== undefined && named !== '') return here.isProgram(named) ? named : undefined
  return candidates(here).find((path) => here.isProgram(path))
}

function candidates({ platform, env }: Surroundings): string[] {
  if (platform === 'win32') {
    const roots = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA]
    return roots.flatMap((root) => (root ? windowsPrograms.map((program) => win32.join(root, program)) : []))
  }
  // An empty or relative entry of the path means the current directory: whoever owns that must not choose our browser.
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'))
  const onPath = commands.flatMap((command) => folders.map((folder) => posix.join(folder, command)))
  if (platform !== 'darwin') return onPath
  const roots = ['/Applications', ...(env.HOME ? [posix.join(env.HOME, 'Applications')] : [])]
  const apps = macPrograms.flatMap((name) => roots.map((root) => `${root}/${name}.app/Contents/MacOS/${name}`))
  return [...apps, ...onPath]
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not ours to run: both mean it is no choice.
    return false
  }
}

/** Our own variables say where keys and data are; the browser has no use for them. */
export function browserEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name.startsWith('COUNTERSIGN_') || name.startsWith('NODE_')) continue
    kept[name] = value
  }
  return kept
}
