// The page of the second screen as one file: script and styles inside, a policy that lets nothing in or out, and a list of the
// modules that it is made of. The build fails when a module went in that has no business there.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { build } from 'vite'
import { root } from './tools.mjs'

/** As much as may be carried on anything, and sent in any mail. */
const maxPageBytes = 1_000_000

/** Beside our own three folders. Each of them is used by core, and by the app in the same version. */
const packages = [
  ...['@noble/ed25519', '@noble/hashes', 'qr'],
  // Changes of repositories of blocks are judged there, too.
  ...['multiformats', '@ipld/dag-json', '@ipld/dag-cbor', 'cborg'],
]

const isAllowed = (name) =>
  /^src\/(core|optics|verifier)\//.test(name) || packages.some((one) => name.startsWith(`node_modules/${one}/`))

/** Part of the build of the app, so that one command builds all. */
export function verifierPage() {
  return {
    name: 'verifier-page',
    apply: 'build',
    closeBundle: () => writeVerifierPage(join(root, 'out', 'verifier')),
  }
}

async function writeVerifierPage(folder) {
  const modules = new Set()
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    root: join(root, 'src', 'verifier'),
    plugins: [watchModules(modules)],
    build: {
      write: false,
      target: ['chrome120', 'firefox120', 'safari17'],
      modulePreload: false,
      rolldownOptions: { input: join(root, 'src', 'verifier', 'index.html'), output: { codeSplitting: false } },
    },
  })
  const strangers = [...modules].filter((name) => !isAllowed(name))
  if (strangers.length > 0) throw new Error(`the verifier page may not be made of ${strangers.join(', ')}`)
  const page = pageOf(output)
  const bytes = Buffer.byteLength(page)
  if (bytes > maxPageBytes) throw new Error(`the verifier page has ${bytes} bytes, ${maxPageBytes} are allowed`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'verifier.html'), page)
  writeFileSync(join(folder, 'modules.json'), `${JSON.stringify([...modules].sort(), null, 2)}\n`)
  console.log(`verifier.html: ${bytes} bytes, of ${modules.size} modules`)
}

/** Every module whose code is in the output, by its path in this project; what vite adds by itself has none. */
function watchModules(modules) {
  return {
    name: 'watch-modules',
    moduleParsed: ({ id }) => {
      const file = id.replace(/[?#].*$/, '')
      if (id.startsWith('\0') || file.endsWith('.html')) return
      modules.add(nameOf(file))
    },
  }
}

/** A package by its own name, wherever the folder of packages really lies. */
function nameOf(file) {
  const path = relative(root, file).split(sep).join('/')
  return path.slice(Math.max(0, path.lastIndexOf('node_modules/')))
}

function pageOf(output) {
  const text = (one) => (typeof one.source === 'string' ? one.source : Buffer.from(one.source).toString('utf8'))
  const [html, ...others] = output.filter(({ fileName }) => fileName.endsWith('.html'))
  const scripts = output.filter(({ type }) => type === 'chunk')
  const styles = output.filter(({ fileName }) => fileName.endsWith('.css'))
  if (html === undefined || others.length > 0 || scripts.length !== 1 || output.length !== 2 + styles.length)
    throw new Error(`the verifier page is not one page: ${output.map(({ fileName }) => fileName).join(', ')}`)
  // Text in a script element ends at the first thing that looks like its end.
  const script = scripts[0].code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  const style = styles.map(text).join('\n')
  const bare = text(html).replace(/\s*<(script|link)\b[^>]*(src|href)="[^"]*"[^>]*>(<\/script>)?/g, '')
  const policy = `<meta http-equiv="content-security-policy" content="${policyFor(script, style)}">`
  return bare
    .replace('<meta charset="utf-8">', () => `<meta charset="utf-8">\n    ${policy}`)
    .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
    .replace('</body>', () => `  <script type="module">${script}</script>\n  </body>`)
}

function policyFor(script, style) {
  const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}
