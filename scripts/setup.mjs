// Makes a fresh clone ready: npm packages, the programs a test suite needs, the build. Does nothing when nothing is missing.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { at, captureTool, findNode, main, newestBelow, reasonOf, Stop } from './tools.mjs'

const forWindows = [
  { name: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] },
  { name: 'xvfb', programs: ['Xvfb'] },
  { name: 'procps', programs: ['ps'] },
]

/** Debian packages by suite, each with the programs of which one must be there. */
const packagesOf = {
  unit: [
    { name: 'git', programs: ['git'] },
    { name: 'python3', programs: ['python3'] },
    { name: 'dbus', programs: ['dbus-run-session'] },
    { name: 'gnome-keyring', programs: ['gnome-keyring-daemon'] },
    { name: 'zbar-tools', programs: ['zbarimg'] },
    { name: 'minisign', programs: ['minisign'] },
    { name: 'openssh-client', programs: ['ssh-agent'] },
  ],
  e2e: [...forWindows, { name: 'git', programs: ['git'] }, { name: 'zbar-tools', programs: ['zbarimg'] }],
  card: [
    ...forWindows,
    { name: 'pcscd', programs: ['pcscd'] },
    { name: 'vsmartcard-vpcd', programs: ['vpcd-config'] },
    { name: 'yubico-piv-tool', programs: ['yubico-piv-tool'] },
    { name: 'yubikey-manager', programs: ['ykman'] },
    { name: 'opensc', programs: ['pkcs11-tool'] },
    // A library without a program of its own, beside the folder of programs.
    { name: 'ykcs11', programs: ['../lib/x86_64-linux-gnu/libykcs11.so', '../lib/aarch64-linux-gnu/libykcs11.so'] },
    { name: 'softhsm2', programs: ['softhsm2-util'] },
    { name: 'openssl', programs: ['openssl'] },
    // For npm, which compiles the PKCS#11 binding.
    { name: 'g++', programs: ['g++', 'c++'] },
    { name: 'make', programs: ['make'] },
    { name: 'python3', programs: ['python3'] },
  ],
  bench: [
    { name: 'nginx-light', programs: ['nginx'] },
    { name: 'wrk', programs: ['wrk'] },
  ],
}

export async function ensureDependencies() {
  const lock = statSync(at('package-lock.json'), { throwIfNoEntry: false })
  const installed = statSync(at('node_modules', '.package-lock.json'), { throwIfNoEntry: false })
  const isCurrent = installed !== undefined && (lock === undefined || installed.mtimeMs >= lock.mtimeMs)
  if (isCurrent && findNode() !== undefined) return
  console.error('countersign: installing the npm packages, this takes a minute the first time')
  const done = npm('ci')
  if (done.error) throw new Stop(`npm could not be started: ${done.error.message}`)
  if (done.status !== 0) throw new Stop(`the npm packages could not be installed:\n${npmReason(done.stderr ?? '')}`)
  if (findNode() === undefined) throw new Stop('npm did not install Node 24; remove node_modules and run: npm ci')
}

function npm(...args) {
  // npm.cmd is a batch file, which Windows starts through its shell only; the arguments are fixed.
  const isWindows = process.platform === 'win32'
  return spawnSync(isWindows ? 'npm.cmd' : 'npm', [...args, '--no-audit', '--no-fund'], {
    cwd: at(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: isWindows,
  })
}

function npmReason(said) {
  const lines = said.split('\n').filter((line) => /^npm error \S/.test(line) && !line.includes('complete log'))
  return reasonOf(lines.slice(0, 4).join('\n'))
}

/** Installs what is missing as root on Debian; elsewhere names it with the exact command. */
export function ensurePrograms(suites) {
  const missing = [
    ...new Set(
      suites
        .flatMap((suite) => packagesOf[suite] ?? [])
        .filter(isMissing)
        .map(({ name }) => name),
    ),
  ]
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const isDebian = existsSync('/etc/debian_version')
  if (!isDebian)
    throw new Stop(`these programs are missing: ${missing.join(', ')}; install them with your system's package tool`)
  if (process.getuid?.() !== 0) throw new Stop(`Debian packages are missing, install them with: sudo ${command}`)
  console.error(`countersign: installing Debian packages: ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => spawnSync('apt-get', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const install = () => apt('install', '-y', '--no-install-recommends', ...missing)
  let done = install()
  if (done.status !== 0) {
    // The list of packages may be older than the archive.
    apt('update')
    done = install()
  }
  if (done.status !== 0)
    throw new Stop(`installing failed, try: apt-get update && ${command}\n${reasonOf(done.stderr ?? '', 4)}`)
}

function isMissing({ programs }) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin']
  return !programs.some((program) => folders.some((folder) => folder !== '' && existsSync(join(folder, program))))
}

/** Whether a source is newer than what was built from it, or something was not built. */
export function isBuildOld() {
  const results = [
    'main/index.js',
    'main/chromium.js',
    'main/cli.js',
    'main/token-host.js',
    'main/reader.js',
    'preload/electron.cjs',
    'preload/chromium.cjs',
    'renderer/index.html',
    'verifier/verifier.html',
  ]
  const built = Math.min(...results.map((name) => statSync(at('out', name), { throwIfNoEntry: false })?.mtimeMs ?? 0))
  const sources = newestBelow(
    at('src'),
    at('resources'),
    at('electron.vite.config.ts'),
    at('scripts', 'verifier-page.mjs'),
    at('package.json'),
    at('package-lock.json'),
  )
  return built < sources
}

export function ensureBuilt() {
  if (!isBuildOld()) return
  console.error('countersign: building')
  const { code, said } = captureTool('electron-vite', ['build'])
  if (code !== 0) throw new Stop(`the build failed:\n${reasonOf(said)}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    ensurePrograms(process.argv.slice(2))
    await ensureDependencies()
  })
}
