// What was signed is tried and written out.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Step } from '../../../../core/ceremony/script.ts'
import { translateErrno } from '../../../../node/errno.ts'
import { pathOf } from './arriving.ts'
import { doers, finish } from './finish.ts'
import { ask, type Hall, notUnderstood, say } from './talk.ts'

export async function proving(hall: Hall, step: Step): Promise<void> {
  const { run, io } = hall
  if (!run.standing().proved) {
    const typed = await ask(hall, 'Enter: let a client try the result.')
    if (typed !== '') throw notUnderstood(typed, 'press Enter')
    await run.prove(doers(hall, step)[0] ?? '', io.signal)
  }
  const proof = run.record().facts.findLast(({ kind }) => kind === 'proved')?.open?.fact
  const client = proof?.client
  if (typeof client === 'string') say(hall, `  ✓ ${client}`)
  const typed = await finish(hall, step)
  if (typed !== undefined) throw notUnderstood(typed, 'press Enter')
}

export async function exporting(hall: Hall, step: Step): Promise<void> {
  const { run } = hall
  const { exported } = run.standing()
  if (exported.length === 0) return write(hall, step, await askFolder(hall))
  say(hall, 'Written, and read back:', ...exported.map(({ name, digest }) => `  ✓ ${name}, sha256 ${digest}`))
  const typed = await finish(hall, step, 'Or type one more folder to write it to.')
  if (typed !== undefined) await write(hall, step, typed)
}

function askFolder({ run, ...hall }: Hall): Promise<string> {
  return run.rehearsal
    ? ask({ run, ...hall }, `Type a folder, such as /media/stick. Enter: ${practiceFolder(run.folder)}`)
    : ask({ run, ...hall }, 'Type the folder of the new medium, such as /media/stick.')
}

const practiceFolder = (folder: string): string => join(folder, 'export')

async function write(hall: Hall, step: Step, typed: string): Promise<void> {
  const { run, io } = hall
  if (typed === '' && !run.rehearsal) throw notUnderstood(typed, 'type the path of a folder')
  const folder = typed === '' ? practiceFolder(run.folder) : pathOf(typed)
  if (typed === '') await makeFolder(folder)
  await run.export(doers(hall, step)[0] ?? '', folder, io.signal)
  say(hall, `Written to ${folder}.`)
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    throw translateErrno(thrown, 'write', folder)
  }
}
