// warg watch, unwatch, age: what this machine looks at in a registry, which lists nothing by itself, and how fresh it must be.
import { subjectOfHead } from '../../../core/systems/warg/files.ts'
import { isFolderLocation } from '../../../node/location.ts'
import { looking } from '../../../node/warg/looking.ts'
import { forgetHeads } from '../../../node/warg/watch-list.ts'
import { countOf } from '../../changing.ts'
import { type Answer, answer } from '../../command.ts'
import { wrapped } from '../../text.ts'
import { againOf, type Call, changeHere, keptOf, openRegistrySource, packageOf, type Registry, usage } from './call.ts'
import { absent } from './show.ts'
import { recordsText } from './words.ts'

/** All of them or none: a name that is not there is misspelt, or nobody's yet. */
export async function watch(call: Call): Promise<Answer> {
  const names = [...new Set(call.words.map(packageOf))]
  const place = await openRegistrySource(call)
  const { source, context } = place
  const found = await looking(source, context, async ({ log }) => {
    const all: { name: string; records: number }[] = []
    for (const name of names) all.push({ name, records: (await log(name)).state.length })
    return all
  })
  const missing = found.filter(({ records }) => records === 0).map(({ name }) => name)
  if (missing.length > 0) throw await absent(place, missing, againOf(call))
  const { packages } = await changeHere(place, (now) => ({
    ...now,
    packages: [...new Set([...now.packages, ...names])],
  }))
  return answer(
    { watched: names, packages: [...new Set(packages)].sort() },
    ...wrapped([
      ...found.map(({ name, records }) => `watching ${name}, which has ${recordsText(records)}`),
      ...folderLines(place),
    ]),
  )
}

export async function unwatch(call: Call): Promise<Answer> {
  const names = [...new Set(call.words.map(packageOf))]
  const place = await openRegistrySource(call)
  const { packages: before } = await keptOf(place)
  // What was only looked at is remembered as well, and stays in sight by that.
  const seen = [...place.source.trust.memory.keys()].flatMap((one) => subjectOfHead(one) ?? [])
  const strange = names.filter((name) => !before.includes(name) && !seen.includes(name))
  if (strange.length > 0) {
    const list = before.length === 0 ? 'none is' : `watched: ${before.join(', ')}`
    throw usage(`${strange.join(', ')} is not watched here`, `check the name; ${list}`)
  }
  const { packages } = await changeHere(place, (now) => ({
    ...now,
    packages: now.packages.filter((one) => !names.includes(one)),
  }))
  await forgetHeads(call.desk, place.source, names)
  return answer(
    { unwatched: names, packages },
    ...wrapped([
      `no longer watching ${names.join(', ')}; how far its log went is forgotten, too`,
      ...folderLines(place),
    ]),
  )
}

function folderLines({ source }: Registry): string[] {
  return isFolderLocation(source.pinned.location) ? ['In a folder every package that lies there is looked at.'] : []
}

const daySeconds = 86_400
const mostDays = 3650

export async function age(call: Call): Promise<Answer> {
  const place = await openRegistrySource(call)
  const [text] = call.words
  const seconds = text === undefined ? undefined : countOf(text, 'DAYS', 1, mostDays) * daySeconds
  const { maxAgeSeconds } =
    seconds === undefined ? await keptOf(place) : await changeHere(place, (now) => ({ ...now, maxAgeSeconds: seconds }))
  const days = Math.floor(maxAgeSeconds / daySeconds)
  const why = 'an older one may keep newer records from you'
  return answer(
    { days, maxAgeSeconds },
    ...wrapped([`a checkpoint of ${place.source.pinned.name} may be ${days} day${days === 1 ? '' : 's'} old: ${why}`]),
  )
}
