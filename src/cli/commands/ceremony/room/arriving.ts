// The change comes into the room, and is compared on other devices: their words are typed here, and never shown here.

import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { devicesThatCompared } from '../../../../core/ceremony/conduct.ts'
import type { Step } from '../../../../core/ceremony/script.ts'
import { standInOf } from '../../../../node/ceremony/places.ts'
import { errnoOf } from '../../../../node/errno.ts'
import { writeNewFile } from '../../../../node/new-file.ts'
import { reviewText } from '../../../show.ts'
import { readCarried } from '../../carry/input.ts'
import { doers, finish } from './finish.ts'
import { ask, askName, askNext, type Hall, notUnderstood, say } from './talk.ts'

export async function receiving(hall: Hall, step: Step): Promise<void> {
  const { run } = hall
  if (run.standing().received === undefined) return take(hall, step, await askFile(hall))
  const typed = await finish(hall, step, 'Or the path of another file, which takes the place of this one.')
  if (typed !== undefined) await take(hall, step, typed)
}

function askFile(hall: Hall): Promise<string> {
  return hall.run.rehearsal
    ? ask(hall, 'Enter: take in the practice request, which was made for this rehearsal.')
    : ask(hall, 'Type the path of the request, such as /media/stick/example.request.json.')
}

async function take(hall: Hall, step: Step, typed: string): Promise<void> {
  const { run, io } = hall
  const [who = ''] = doers(hall, step)
  if (typed === '' && !run.rehearsal) throw notUnderstood(typed, 'type the path of a file')
  await run.receive(who, typed === '' ? await standInOf(run.folder) : await fileAt(hall, typed), io.signal)
  await showChange(hall)
}

async function fileAt({ io }: Hall, typed: string): Promise<{ name: string; bytes: Uint8Array }> {
  const name = pathOf(typed)
  return { name, bytes: (await readCarried(name, io)).bytes }
}

export async function showChange(hall: Hall): Promise<void> {
  const { run, io } = hall
  const proposal = await run.change(io.signal)
  if (proposal === undefined) return say(hall, 'No change was taken in yet.')
  say(hall, '', ...reviewText(proposal).filter((line) => line !== ''), '')
}

// ---- on other devices --------------------------------------------------------------------------------------------------

export async function comparing(hall: Hall, step: Step): Promise<void> {
  const { run } = hall
  const { compared } = run.standing()
  const devices = devicesThatCompared(run.standing())
  const here = compared.filter((one) => one.step === step.id)
  if (here.length === 0) return other(hall, step, await askDevice(hall))
  say(
    hall,
    `The same on ${devices.join(', ')}: ${devices.length} devices, and ${run.script.rules.devices} are asked for.`,
  )
  const typed = await finish(hall, step, 'Or type the name of one more device that is compared.')
  if (typed !== undefined) await other(hall, step, typed)
}

async function askDevice(hall: Hall): Promise<string> {
  const { device } = hall
  const file = await requestFile(hall)
  return ask(
    hall,
    'The other device works out by itself what this request does. Give it this file:',
    `  ${file}`,
    'A computer shows its words with: countersign inspect FILE. A phone opens verifier.html.',
    ...(hall.run.rehearsal ? ['In a rehearsal another terminal on this computer will do.'] : []),
    'To put the file on a stick, type the folder, such as /media/stick. To show it as QR codes, type qr.',
    device === undefined
      ? 'When it shows the change, type a name for that device, such as: Wim’s phone'
      : `Enter: once more with ${device}. Or the name of another device.`,
  )
}

async function other(hall: Hall, step: Step, typed: string): Promise<void> {
  if (typed.toLowerCase() === 'qr') return codes(hall)
  if (/^['"]?[~./]/.test(typed)) return saveRequest(hall, pathOf(typed))
  const device = typed === '' ? hall.device : typed
  if (device === undefined) throw notUnderstood(typed, 'type a name for the other device')
  hall.device = device
  await words(hall, step, device)
}

async function words(hall: Hall, step: Step, device: string): Promise<void> {
  const { run, io } = hall
  const who = await askName(hall, `Who reads from ${device}?`, doers(hall, step))
  const positions = await run.question(io.signal)
  say(
    hall,
    '',
    'Read these under “Words for the other screen” on that device. Where it shows another change, or the words stay different, type: different',
  )
  const answers = new Map<number, string>()
  for (const at of positions) {
    const typed = await askNext(hall, `Word ${at} on ${device}:`)
    if (typed.toLowerCase() === 'different') return different(hall, who, device)
    answers.set(at, typed)
  }
  await run.compare(who, device, answers, io.signal)
  delete hall.device
}

async function different(hall: Hall, who: string, device: string): Promise<void> {
  const typed = await ask(
    hall,
    'If it is different, one of the two devices lies, and nothing is signed any more in this ceremony.',
    'Type different once more when it is so. Enter: it is not.',
  )
  if (typed.toLowerCase() === 'different') await hall.run.different(who, device)
}

/** Where people can get at it; in the folder of the ceremony, until somebody asks for another place. */
async function requestFile({ run, io }: Hall): Promise<string> {
  const path = join(run.folder, 'for-other-devices.request.json')
  try {
    await stat(path)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    await writeNewFile(path, await run.request(io.signal))
  }
  return path
}

async function saveRequest(hall: Hall, folder: string): Promise<void> {
  const { run, io } = hall
  const path = join(folder, 'for-other-devices.request.json')
  await writeNewFile(path, await run.request(io.signal))
  say(hall, `  ✓ ${path}`)
}

async function codes({ run, io }: Hall): Promise<void> {
  // Codes are drawn here, and everything else starts without.
  const { codesOf, showCodes } = await import('../../../qr-show.ts')
  await showCodes(await codesOf(await run.request(io.signal), undefined), io)
}

/** As a terminal writes the path of a file that was dropped on it. */
export function pathOf(typed: string): string {
  const plain = /^(['"])(.*)\1$/.exec(typed)?.[2] ?? typed.replace(/\\([ '"()&])/g, '$1')
  return plain === '~' || plain.startsWith('~/') ? join(homedir(), plain.slice(1)) : plain
}
