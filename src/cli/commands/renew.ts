// renew: what expires by itself gets new dates.
import { answer, type Command } from '../command.ts'
import { askingOnce, deskFor, openEdited, rootOption } from '../session.ts'

export const renewCommand: Command = {
  name: 'renew',
  usage: 'renew SOURCE',
  summary: 'Makes snapshot and timestamp anew, with later dates and nothing else changed, when their keys are here.',
  details: ['Run it before they expire, daily or by a timer: root says how many days each lasts.'],
  options: rootOption,
  arity: [1, 1],
  run: (parsed, io, dataDir) =>
    askingOnce(io, async (once) => {
      const desk = deskFor(once, dataDir)
      const source = await openEdited(desk, parsed, io.signal)
      const files = await desk.renew(source, once.signal)
      return answer({ renewed: files }, `renewed ${source.pinned.name}`, ...files.map((name) => `  ${name}`))
    }),
}
