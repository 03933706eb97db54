// Ceremonies in the window: a run is kept open here for as long as the app runs, and the window names it by its id. Each act answers
// how it stands then.
import { basename } from 'node:path'
import { toBase64 } from '../core/bytes.ts'
import { type CeremonyScript, maxScriptBytes, parseScript, scriptBytes, scriptHash } from '../core/ceremony/script.ts'
import { AppError } from '../core/error.ts'
import { pack } from '../core/transfer/deflate.ts'
import { received } from '../core/transfer/received.ts'
import type { Act } from '../ipc/ceremony.ts'
import type { contract, RunView } from '../ipc/contract.ts'
import type { Machine } from '../node/ceremony/gates.ts'
import { folderOfRun, knownRuns, standInOf } from '../node/ceremony/places.ts'
import { type Run, type RunParts, resumeRun } from '../node/ceremony/run.ts'
import { cardNumber, type Started, startCeremony, startRehearsal } from '../node/ceremony/starting.ts'
import type { Desk } from '../node/desk.ts'
import { writeNewFile } from '../node/new-file.ts'
import { readOnce } from '../node/read-once.ts'
import type { Alone } from './alone.ts'
import { savePaper } from './ceremony-print.ts'
import { runView, scriptView, summaryView } from './ceremony-view.ts'
import { readHanded } from './handed-input.ts'
import type { Handlers } from './ipc.ts'
import { Kept } from './kept.ts'
import { twoPositions, verifyAnswers } from './pin-words.ts'
import type { Shell } from './shell.ts'
import { saveNew } from './window-files.ts'
import { windowPlaces } from './window-places.ts'

type Names = Extract<keyof typeof contract, `ceremony.${string}`>

export interface CeremonyParts {
  desk: Desk
  shell: Pick<Shell, 'pickFiles' | 'saveFile' | 'toPdf'>
  alone: Alone
  machine: Machine
  wrongSecrets(): number
  now(): Date
  /** Milliseconds, by a clock that nobody sets. */
  mono(): number
  signal: AbortSignal
}

const wordsInHash = 32

export function ceremonyCalls(parts: CeremonyParts): Pick<Handlers<typeof contract>, Names> {
  const { desk, shell, alone, signal } = parts
  const places = windowPlaces(desk.workspace)
  const scripts = new Kept<{ script: CeremonyScript; ask: readonly number[] }>(
    4,
    'this script was chosen too long ago',
    'choose it again',
  )
  const runs = new Map<string, Run>()
  const openings = new Map<string, Promise<unknown>>()
  /** Whose practice token is in the reader. */
  let plugged: string | undefined

  const runParts: RunParts = parts

  async function view(id: string, run: Run): Promise<RunView> {
    const { tokens } = await desk.tokens.list(signal)
    const serials = new Map(
      tokens.flatMap(({ slots, serial = '' }) => slots.map((one) => [one.signerId ?? '', serial])),
    )
    const isReceived = run.standing().received !== undefined
    return runView(run, {
      id,
      proposal: await run.change(signal),
      missing: run.fingerprint() === undefined ? await run.missing(signal) : undefined,
      sentence: isReceived ? await run.sentence(signal) : undefined,
      signers: await desk.signers(signal),
      plugged: run.rehearsal ? plugged : undefined,
      serialOf: (signerId) => serials.get(signerId) ?? '',
    })
  }

  async function keep({ id, run }: Started): Promise<RunView> {
    runs.set(id, run)
    return view(id, run)
  }

  function runOf(id: string): Run {
    const run = runs.get(id)
    if (run !== undefined) return run
    throw new AppError({ code: 'usage/invalid', message: 'this ceremony is not open here', hint: 'open it again' })
  }

  async function plug(run: Run, who: string): Promise<void> {
    if (!run.rehearsal)
      throw new AppError({
        code: 'usage/invalid',
        message: 'practice tokens are for rehearsals',
        hint: 'plug in the token of this person',
      })
    await desk.tokens.practise(false, signal)
    plugged = undefined
    if (who === '') return
    const card = { run: basename(run.folder), number: cardNumber(run.standIns, who) }
    await desk.tokens.practise(true, signal, card)
    plugged = who
  }

  async function doIt(run: Run, act: Act, stop: AbortSignal): Promise<void> {
    switch (act.act) {
      case 'done':
        return run.done(act.who, act.said, stop)
      case 'break':
        return run.takeBreak(act.who, act.said)
      case 'back':
        return run.comeBack(act.who, act.said)
      case 'abandon':
        return run.abandon(act.who, act.said)
      case 'stop':
        return run.stop(act.who, act.said)
      case 'present':
        return run.present(act.who, act.signerId, stop)
      case 'sign':
        return run.sign(act.who, act.signerId, stop)
      case 'fingerprint':
        return run.signFingerprint(act.who, act.signerId, stop)
      case 'receive-practice':
        return run.receive(act.who, await standInOf(run.folder), stop)
      case 'receive': {
        const { name, bytes } = await readHanded(act.from, places, stop)
        const { bytes: plain } = await received(bytes, name, stop)
        return run.receive(act.who, { name, bytes: plain }, stop)
      }
      case 'agree':
        return run.agree(act.who, stop)
      case 'prove':
        return run.prove(act.who, stop)
      case 'close':
        return run.close(act.who)
      case 'measure':
        return run.measure(act.who, act.watch)
      case 'waive':
        return run.waive(act.who, act.gate, act.why)
      case 'compare':
        return run.compare(
          act.who,
          act.device,
          new Map(Object.entries(act.answers).map(([at, word]) => [Number(at), word])),
          stop,
        )
      case 'different':
        return run.different(act.who, act.device)
      case 'export':
        await run.export(act.who, await places.toWrite(act.folder), stop)
        return
      case 'deviation':
        return run.deviate(act.who, act.what, act.fix)
      case 'settle':
        return run.settle(act.who, act.number, act.agreed)
      case 'plug':
        return plug(run, act.who)
    }
  }

  return {
    'ceremony.list': async () => (await knownRuns(desk.workspace.directory)).map(summaryView),
    'ceremony.script': async ({ path, scriptId }) => {
      if (scriptId !== undefined) {
        const known = scripts.get(scriptId)
        return { script: await scriptView(known.script, scriptId, known.ask) }
      }
      const [chosen] =
        path === undefined ? await shell.pickFiles('Choose the script of a ceremony') : [await places.toRead(path)]
      if (chosen === undefined) return {}
      const script = parseScript(await readOnce(chosen, maxScriptBytes, signal), basename(chosen))
      const ask = twoPositions(wordsInHash)
      return { script: await scriptView(script, scripts.keep({ script, ask }), ask) }
    },
    'ceremony.begin': ({ scriptId, rehearsal, answers }) =>
      alone('the beginning of a ceremony', async (stop) => {
        const { script, ask } = scripts.get(scriptId)
        const bytes = scriptBytes(script)
        if (rehearsal) return keep(await startRehearsal(bytes, runParts, stop))
        verifyAnswers(await scriptHash(bytes), ask, new Map(Object.entries(answers)), ofScript)
        return keep(await startCeremony(bytes, runParts, stop))
      }),
    'ceremony.rehearse': () =>
      alone('the beginning of a rehearsal', async (stop) => keep(await startRehearsal(undefined, runParts, stop))),
    'ceremony.open': async ({ ceremonyId }) => {
      const known = runs.get(ceremonyId)
      // Looked at again and again, as tokens come and go: nothing is written, and nobody has to wait.
      if (known !== undefined) return view(ceremonyId, known)
      // A token that comes while it is opened has the window ask once more, and the answer to that must show it.
      const earlier = openings.get(ceremonyId)
      if (earlier !== undefined) {
        await earlier
        return view(ceremonyId, runOf(ceremonyId))
      }
      const opening = alone('the opening of a ceremony', async (stop) => {
        const run = await resumeRun(folderOfRun(desk.workspace.directory, ceremonyId), runParts, stop)
        return keep({ id: ceremonyId, run })
      }).finally(() => openings.delete(ceremonyId))
      openings.set(ceremonyId, opening)
      return opening
    },
    'ceremony.act': ({ ceremonyId, act }) =>
      alone('a step of the ceremony', async (stop) => {
        const run = runOf(ceremonyId)
        await doIt(run, act, stop)
        return view(ceremonyId, run)
      }),
    'ceremony.question': async ({ ceremonyId }) => ({ ask: await runOf(ceremonyId).question(signal) }),
    'ceremony.codes': async ({ ceremonyId }) => {
      const bytes = await runOf(ceremonyId).request(signal)
      return { packed: toBase64(await pack(bytes)), bytes: bytes.length }
    },
    'ceremony.saveRequest': async ({ ceremonyId, path }) => {
      const bytes = await runOf(ceremonyId).request(signal)
      if (path !== undefined) return { path: await saveNew(places, path, bytes) }
      const chosen = await shell.saveFile('Save the request for another device', 'ceremony.request.json')
      if (chosen === undefined) return {}
      await writeNewFile(chosen, bytes)
      return { path: chosen }
    },
    'ceremony.print': (asked) =>
      alone('the printing', async (stop) => {
        const run = runs.get(asked.of)
        const what = run === undefined ? { script: scripts.get(asked.of).script } : { script: run.script, run }
        return savePaper(asked, what, { shell, places, signal: stop })
      }),
    'ceremony.save': async ({ ceremonyId, level, folder }) => ({
      path: await runOf(ceremonyId).save(await places.toWrite(folder), level),
    }),
  }
}

const ofScript = 'the hash of this script; nothing has begun'
