// npm test: sets up, runs the suites, ends with one line that sums them. A skipped test counts as failed: it proved nothing.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { ensureBuilt, ensureDependencies, ensurePrograms } from './setup.mjs'
import { at, main, runTool, Stop } from './tools.mjs'

const suites = ['unit', 'e2e', 'card']
/** Those of several projects of vitest. */
const parts = { unit: ['pure', 'unit'] }

// What a failure says, short enough to stand below the last suite: a log is often kept by its end alone.
function describe(file, name, message) {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, 12)
  return [`${relative(at(), file)}: ${name}`, ...lines].join('\n    ')
}

function countReport(path) {
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const count = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') count.passed++
      else if (test.status === 'failed') {
        count.failed++
        count.failures.push(describe(file.name, test.fullName, test.failureMessages.join('\n')))
      } else count.skipped++
    }
    // A file that could not even be loaded has no tests in it to fail.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      count.failed++
      count.failures.push(describe(file.name, 'the file could not be run', file.message ?? ''))
    }
  }
  return count
}

async function runSuite(name) {
  const path = at('.cache', 'reports', `${name}.json`)
  rmSync(path, { force: true })
  const projects = (parts[name] ?? [name]).flatMap((part) => ['--project', part])
  const args = ['run', ...projects, '--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const code = await runTool('vitest', args)
  let count
  try {
    count = countReport(path)
  } catch {
    return { passed: 0, failed: 1, remark: 'no report: the run itself failed' }
  }
  const { passed, failed, skipped, failures } = count
  if (passed + failed + skipped === 0) return { passed: 0, failed: 1, remark: 'no tests were found' }
  if (skipped > 0)
    return { passed, failed: failed + skipped, failures, remark: `${skipped} skipped, counted as failed` }
  if (failed === 0 && code !== 0) return { passed, failed: 1, remark: 'the run ended with an error outside a test' }
  return { passed, failed, failures, remark: '' }
}

main(async () => {
  const wanted = process.argv.slice(2)
  const unknown = wanted.filter((name) => !suites.includes(name))
  if (unknown.length > 0) throw new Stop(`there is no suite ${unknown.join(', ')}; known: ${suites.join(', ')}`, 2)
  const chosen = wanted.length === 0 ? suites : wanted
  // Programs first: one npm package is compiled when it is installed, and is left out where no compiler is.
  ensurePrograms(chosen)
  await ensureDependencies()
  ensureBuilt()
  process.env.COUNTERSIGN_BUILT_CLI = at('out', 'main', 'cli.js')
  // Hundreds of tests start the program anew: what Node made of its code is kept between them, here and nowhere else.
  process.env.NODE_COMPILE_CACHE = at('.cache', 'compiled')
  mkdirSync(at('.cache', 'reports'), { recursive: true })
  const results = []
  for (const name of chosen) results.push({ name, ...(await runSuite(name)) })
  console.log('')
  for (const failure of results.flatMap((result) => result.failures ?? [])) console.log(`${failure}\n`)
  let passed = 0
  let failed = 0
  for (const result of results) {
    console.log(
      `${result.name}: ${result.passed} passed, ${result.failed} failed${result.remark ? ` (${result.remark})` : ''}`,
    )
    passed += result.passed
    failed += result.failed
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
})
