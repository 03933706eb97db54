// Files on this machine that the window may name, in narrow ways: what it looks at is remembered here by an id, and what it
// saves is a new file of a harmless kind. Whoever took over the page must not reach a person's other files through it.
import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import { AppError } from '../core/error.ts'
import { byCodePoint } from '../core/transport.ts'
import { type Look, lookAt } from '../node/artifacts/look.ts'
import { lookAtRelease } from '../node/asfaload/release.ts'
import { writeNewFile } from '../node/new-file.ts'
import type { FoundFile } from '../node/release-edits.ts'
import type { Places } from './window-places.ts'

export interface Looks {
  look(
    paths: readonly string[],
    of: 'role' | 'project',
    signal: AbortSignal,
    progress: (doneBytes: number, totalBytes: number) => void,
  ): Promise<{ lookId: string; look: Look }>
  files(lookId: string): readonly FoundFile[]
}

/** Older ones are forgotten: a person works on one release at a time. */
const maxLooks = 8

export function rememberedLooks(places: Places): Looks {
  const held = new Map<string, Look>()
  return {
    look: async (paths, of, signal, progress) => {
      const lookAtAll = of === 'project' ? lookAtRelease : lookAt
      const found: Look[] = []
      for (const path of paths) {
        const place = await places.toLook(path)
        found.push(await lookAtAll(place.path, { signal, progress, reasonAgainst: place.reasonAgainst }))
      }
      const look = together(found)
      const lookId = randomUUID()
      held.set(lookId, look)
      for (const id of [...held.keys()].slice(0, -maxLooks)) held.delete(id)
      return { lookId, look }
    },
    files: (lookId) => {
      const look = held.get(lookId)
      if (look !== undefined) return look.files
      throw new AppError({
        code: 'usage/invalid',
        message: 'these files were looked at too long ago',
        hint: 'choose them again',
      })
    },
  }
}

function together(looks: readonly Look[]): Look {
  const files = new Map<string, Look['files'][number]>()
  for (const file of looks.flatMap((one) => one.files)) {
    if (files.has(file.name)) {
      throw new AppError({
        code: 'usage/invalid',
        message: `two of these files would be called ${file.name}`,
        hint: 'put them into one folder, each under a name of its own',
      })
    }
    files.set(file.name, file)
  }
  return {
    files: [...files.values()].sort((a, b) => byCodePoint(a.name, b.name)),
    totalBytes: looks.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
    leftOut: looks.flatMap(({ leftOut }) => leftOut),
  }
}

const textKinds: readonly string[] = ['.svg', '.json', '.txt', '.md']

/** A new file, never over another. */
export async function saveNew(
  places: Places,
  path: string,
  content: string | Uint8Array,
  kinds = textKinds,
): Promise<string> {
  const whole = await placeOf(places, path, kinds)
  await writeNewFile(whole, content)
  return whole
}

/** Of a new file of one of these kinds. */
export async function placeOf(places: Places, path: string, kinds: readonly string[]): Promise<string> {
  const whole = await places.toWrite(path)
  if (!kinds.includes(extname(whole).toLowerCase())) {
    throw new AppError({
      code: 'usage/invalid',
      message: `the window saves files of the kinds ${kinds.join(', ')}`,
      hint: 'end the name with one of them',
    })
  }
  return whole
}
