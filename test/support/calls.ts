// Commands called as functions, by a person who types one passphrase, with a home of their own.
import { join } from 'node:path'
import type { Answer, Command } from '../../src/cli/command.ts'
import { parseCommand } from '../../src/cli/parse.ts'
import { typing } from './practice-key.ts'
import { never, now } from './repository.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { codeOfPromise } from './thrown.ts'

const passphrase = 'ana rides a bicycle'

/** `replies`: how often the passphrase is typed for one command at most; `clock`: the time that commands are told. */
export function calls({ replies = 1, clock = now }: { replies?: number; clock?: Date | (() => Date) } = {}) {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder, name)
  const prompt = typing()
  const ends: (() => Promise<void>)[] = []
  const notes: string[] = []
  const io = {
    ...{ signal: never, prompt, isInteractive: false, size: () => undefined, out: () => {} },
    ...{
      ask: () => Promise.reject(new Error('asked')),
      enter: () => Promise.resolve(),
      now: () => (clock instanceof Date ? clock : clock()),
    },
    note: (line: string) => void notes.push(line),
    atEnd: (end: () => Promise<void>) => void ends.push(end),
  }
  const call = async (command: Command, ...args: string[]): Promise<Answer> => {
    prompt.replies = Array.from({ length: args[0] === 'create' ? 2 : replies }, () => passphrase)
    const answer = await command.run(parseCommand(command, args), io, at('home'))
    for (const end of ends.splice(0)) await end()
    return answer
  }
  return {
    folder,
    at,
    call,
    prompt,
    notes,
    refused: (...args: Parameters<typeof call>) => codeOfPromise(call(...args)),
  }
}
