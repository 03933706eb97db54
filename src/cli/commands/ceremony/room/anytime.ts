// What can be said at every step of a ceremony, by typing one word.

import { scriptBytes, scriptHash } from '../../../../core/ceremony/script.ts'
import { sentenceOf } from '../../../../core/phrases.ts'
import { wordLines } from '../../../show.ts'
import { showChange } from './arriving.ts'
import { note, settle } from './deviations.ts'
import { askName, askText, type Hall, say, type Word, withRole } from './talk.ts'

const help: Readonly<Record<Word, string>> = {
  help: 'this list, and the step once more',
  change: 'the change, with all that it does',
  words: 'the words of the script, which stand on every page of its print',
  break: 'everybody may leave the room; somebody says when all are back',
  deviation: 'something went otherwise than the script says: it is noted',
  settle: 'a deviation is settled, by somebody else than who noted it',
  stop: 'a witness stops the ceremony: nothing is signed any more',
  end: 'the ceremony ends here, before its last step, and cannot go on',
  leave: 'close the program now, and go on later where you are (also Ctrl-C)',
}

export function helpLines(): string[] {
  return [
    'At every question you can also type:',
    ...Object.entries(help).map(([word, text]) => `  ${word.padEnd(10)} ${text}`),
  ]
}

/** Leaving is for who holds the ceremony. */
export async function obey(hall: Hall, word: Exclude<Word, 'leave'>): Promise<void> {
  switch (word) {
    case 'help':
      return say(hall, '', ...helpLines())
    case 'change':
      return showChange(hall)
    case 'words':
      return showWords(hall)
    case 'break':
      return takeBreak(hall)
    case 'deviation':
      return note(hall)
    case 'settle':
      return settle(hall)
    case 'stop':
      return stop(hall)
    case 'end':
      return end(hall)
  }
}

async function showWords(hall: Hall): Promise<void> {
  const hash = await scriptHash(scriptBytes(hall.run.script))
  say(hall, 'The script in words:')
  for (const line of wordLines(hash)) hall.io.note(line)
}

async function takeBreak(hall: Hall): Promise<void> {
  const { run } = hall
  const said = await askText(hall, 'Why, and who stays with the machine? Enter: nothing is said of it.')
  await run.takeBreak(withRole(run.script, 'administrator')[0] ?? '', said)
}

async function stop(hall: Hall): Promise<void> {
  const { run } = hall
  const said = await askText(
    hall,
    'A witness stops the ceremony: nothing is signed any more. Why? Enter alone: it is not stopped.',
  )
  if (said === '') return
  await run.stop(await askName(hall, 'Which witness?', withRole(run.script, 'witness')), said)
}

async function end(hall: Hall): Promise<void> {
  const { run } = hall
  const said = await askText(hall, 'The ceremony ends here and cannot go on. Why? Enter alone: it does not end.')
  if (said === '') return
  const sure = await askText(hall, 'Type end once more to end it. Enter: it does not end.')
  if (sure.toLowerCase() !== 'end') return say(hall, sentenceOf('it goes on'))
  await run.abandon(withRole(run.script, 'administrator')[0] ?? '', said)
}
