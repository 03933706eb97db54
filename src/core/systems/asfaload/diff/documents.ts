// What a revocation says, and where a signers file says that it came from.
import { parseHex, toHex } from '../../../bytes.ts'
import { capital, groupsOfFour } from '../../../phrases.ts'
import { inQuotes } from '../../../visible.ts'
import { parseObject } from '../document.ts'
import { parseMetadata } from '../metadata.ts'
import { isIndexPath, maxBytes, releaseName } from '../names.ts'
import { parseRevocation } from '../revocation.ts'
import { changeAt, type Difference, type Fact, leavesOf, told } from './difference.ts'
import { hostOf, keyText, type Names, shortened, whoIs } from './words.ts'

export function diffRevocation(bytes: Uint8Array, path: string, names: Names): Difference {
  const { timestamp, digest, initiator } = parseRevocation(bytes, 'the revocation')
  const name = shortened(inQuotes(releaseName(path)), 160)
  const what = isIndexPath(path) ? `the release ${name}` : name
  const facts: Fact[] = [
    {
      change: changeAt(
        'revocation/subject_digest',
        'dangerous',
        `Nobody may use ${what} any more, by its SHA-512 ${groupsOfFour(digest.slice(0, 16)).join(' ')}; this cannot be undone`,
        { after: `SHA-512 ${groupsOfFour(digest).join(' ')}` },
      ),
      covers: ['revocation/subject_digest'],
    },
    {
      change: changeAt('revocation/initiator', 'notable', `It says that ${whoIs(initiator, names)} began it`, {
        after: keyText(initiator, names),
      }),
      covers: ['revocation/initiator'],
    },
    {
      change: changeAt('revocation/timestamp', 'routine', `It says that it was made at ${timestamp.text}`, {
        after: timestamp.text,
      }),
      covers: ['revocation/timestamp'],
    },
  ]
  const { value } = parseObject(bytes, 'the revocation', maxBytes.revocation)
  return told(new Map(), leavesOf(value, 'revocation'), facts)
}

/** Metadata of a signers file: in the newest generation signed along with it. */
export function diffOrigin(before: Uint8Array | undefined, after: Uint8Array): Difference {
  const leaves = (bytes: Uint8Array | undefined) =>
    leavesOf(bytes === undefined ? undefined : parseObject(bytes, 'metadata', maxBytes.metadata).value, 'metadata')
  const [old, fresh] = [leaves(before), leaves(after)]
  const text = (path: string, from: typeof old): string | undefined => {
    const held = from.get(path)
    return held === undefined ? undefined : String(JSON.parse(held))
  }
  // What cannot be read is shown leaf by leaf; that it cannot be read is said elsewhere.
  const origin = isReadable(after)
  const facts = !origin
    ? []
    : known.flatMap(({ path, name }): Fact[] => {
        const [was, is] = [text(path, old), text(path, fresh)]
        if (was === is || is === undefined) return []
        const isMoved = was !== undefined && name === 'address' && placeOf(was) !== placeOf(is)
        const sentence = isMoved
          ? `The signers file came from another place: ${shortened(inQuotes(is), 120)}, before ${shortened(inQuotes(was), 120)}`
          : `${capital(words[name])} ${shortened(inQuotes(name === 'digest' ? hexStart(is) : is), 120)}`
        return [
          {
            change: changeAt(path, isMoved ? 'dangerous' : 'routine', sentence, { before: was, after: is }),
            covers: [path],
          },
        ]
      })
  return told(old, fresh, facts)
}

type Kind = 'address' | 'file' | 'digest' | 'time' | 'kind'

const known: readonly { path: string; name: Kind }[] = [
  { path: 'metadata/data/Forge/url', name: 'address' },
  { path: 'metadata/data/Forge/kind', name: 'kind' },
  { path: 'metadata/data/Forge/retrieval_url', name: 'file' },
  { path: 'metadata/data/Forge/verified_content/retrieval_url', name: 'file' },
  { path: 'metadata/data/Forge/verified_content/content_hash', name: 'digest' },
  { path: 'metadata/data/Forge/retrieved_at', name: 'time' },
]

const words: Readonly<Record<Kind, string>> = {
  address: 'the signers file is said to come from',
  kind: 'the place it came from is of the kind',
  file: 'its bytes were read at',
  digest: 'what was read there had the SHA-512',
  time: 'the mirror read it at',
}

function isReadable(bytes: Uint8Array): boolean {
  try {
    parseMetadata(bytes, 'metadata')
    return true
  } catch {
    // Told where the origin is judged: here only the words depend on it.
    return false
  }
}

/** Host and path up to the project: another file of the same project is no other place. */
function placeOf(url: string): string {
  return `${hostOf(url) ?? url} ${/^https?:\/\/[^/]+\/([^/?#]+\/[^/?#]+)/i.exec(url)?.[1] ?? url}`
}

function hexStart(hex: string): string {
  return groupsOfFour(toHex(parseHex(hex, 'a digest')).slice(0, 16)).join(' ')
}
