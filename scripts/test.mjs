// npm test: sets up, runs the suites, ends with one line that sums them. A skipped test counts as failed: it proved nothing.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { ensureBuilt, ensureDependencies, ensurePrograms } from './setup.mjs'
import { at, main, runTool, Stop } from './tools.mjs'

const suites = ['unit', 'e2e', 'card']

/**
 * One after the other, and what stands in one group at the same time: most tests with a card wait for it, alone they would leave the
 * processors idle. Those that measure how soon something is seen, or that are killed and touched at given moments, have the machine
 * for themselves.
 */
const stages = [
  [
    { suite: 'unit', projects: ['pure', 'unit'] },
    { suite: 'card', projects: ['card'] },
  ],
  [{ suite: 'e2e', projects: ['e2e'] }],
  [{ suite: 'card', projects: ['card-alone'] }],
]

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

/** Of runs at the same time the first speaks at once, the others when they are done. */
async function runProjects({ suite, projects }, isFirst) {
  const name = projects.join('+')
  const path = at('.cache', 'reports', `${name}.json`)
  const log = at('.cache', 'reports', `${name}.log`)
  rmSync(path, { force: true })
  const chosen = projects.flatMap((project) => ['--project', project])
  const args = ['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const said = isFirst ? undefined : openSync(log, 'w')
  const code = await runTool('vitest', args, said === undefined ? {} : { stdio: ['ignore', said, said] })
  if (said !== undefined) closeSync(said)
  return { suite, log: isFirst ? undefined : log, ...resultOf(path, code) }
}

function resultOf(path, code) {
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

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
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
  for (const stage of stages) {
    const runs = stage.filter((run) => chosen.includes(run.suite))
    const done = await Promise.all(runs.map((run, index) => runProjects(run, index === 0)))
    for (const { log } of done) if (log !== undefined) process.stdout.write(readFileSync(log))
    results.push(...done)
  }
  console.log('')
  for (const failure of results.flatMap((result) => result.failures ?? [])) console.log(`${failure}\n`)
  for (const suite of chosen) {
    const own = results.filter((result) => result.suite === suite)
    const remarks = own.map((result) => result.remark).filter((remark) => remark !== '')
    const counts = `${sum(own.map((result) => result.passed))} passed, ${sum(own.map((result) => result.failed))} failed`
    console.log(`${suite}: ${counts}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`)
  }
  const failed = sum(results.map((result) => result.failed))
  console.log(`${sum(results.map((result) => result.passed))} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
})
