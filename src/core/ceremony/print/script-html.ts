// A script on paper: read aloud from, initialled, and filled in by hand.
import type { CeremonyScript } from '../script.ts'
import { scriptHash } from '../script.ts'
import { coverSection } from './cover.ts'
import { breakSection, closingSection, deviationSections, inkSection } from './forms.ts'
import { documentOf } from './page.ts'
import { stepsSection } from './steps.ts'
import type { Paper } from './styles.ts'

/** `bytes` are those of the file: the words are of them, and not of anything that was made of them. `rehearsal`: for a run of it that is none. */
export async function scriptHtml(
  script: CeremonyScript,
  bytes: Uint8Array,
  { paper, rehearsal = false }: { paper: Paper; rehearsal?: boolean },
): Promise<string> {
  const hash = await scriptHash(bytes)
  return documentOf({
    title: script.title,
    paper,
    rehearsal,
    digest: { name: 'this script in words', hex: hash },
    sections: [
      coverSection(script, hash),
      stepsSection(script),
      deviationSections(),
      breakSection(),
      closingSection(),
      inkSection(script.people),
    ],
  })
}
