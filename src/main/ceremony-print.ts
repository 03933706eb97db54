// Scripts and records of the window on paper: the same documents as on the command line, as PDF by the shell.
import { recordHtml } from '../core/ceremony/print/record-html.ts'
import { scriptHtml } from '../core/ceremony/print/script-html.ts'
import type { Paper } from '../core/ceremony/print/styles.ts'
import { type CeremonyScript, scriptBytes } from '../core/ceremony/script.ts'
import { AppError } from '../core/error.ts'
import type { PrintRequest } from '../ipc/ceremony.ts'
import type { Run } from '../node/ceremony/run.ts'
import { writeNewFile } from '../node/new-file.ts'
import type { Shell } from './shell.ts'
import { saveNew } from './window-files.ts'
import type { Places } from './window-places.ts'

export interface Printing {
  shell: Pick<Shell, 'toPdf' | 'saveFile'>
  places: Places
  signal: AbortSignal
}

/** `run`: absent where only the script is known. */
export async function savePaper(
  { document, paper, path }: PrintRequest,
  { script, run }: { script: CeremonyScript; run?: Run },
  { shell, places, signal }: Printing,
): Promise<{ path?: string }> {
  const html = await paperOf(document, paper, script, run)
  const to = path ?? (await shell.saveFile('Save it as PDF', `${document}.pdf`))
  if (to === undefined) return {}
  const pdf = await shell.toPdf(html, signal)
  if (path !== undefined) return { path: await saveNew(places, path, pdf, ['.pdf']) }
  await writeNewFile(to, pdf)
  return { path: to }
}

/** Of a rehearsal the script is marked, too: paper that was initialled in one must not pass for the day itself. */
async function paperOf(
  document: PrintRequest['document'],
  paper: Paper,
  script: CeremonyScript,
  run: Run | undefined,
): Promise<string> {
  if (document === 'script')
    return scriptHtml(script, scriptBytes(script), { paper, rehearsal: run?.rehearsal ?? false })
  if (run !== undefined) return recordHtml(run.record(), script, { paper })
  throw new AppError({ code: 'usage/invalid', message: 'a script has no record yet', hint: 'open its ceremony first' })
}
