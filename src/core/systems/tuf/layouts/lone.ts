// A single file of metadata that is passed from hand to hand, as tuftool and go-tuf do: the file waits for signatures, and
// beside it may lie earlier versions under the names by which clients ask for them.
import { AppError, isVerdict } from '../../../error.ts'
import type { Transport } from '../../../transport.ts'
import { parseEnvelope } from '../envelope.ts'
import type { Candidate, Layout } from '../layout.ts'
import { type RoleType, topRoles } from '../metadata.ts'
import { maxBytes } from '../names.ts'

/** `file`: its name in the folder that the source is. */
export function loneLayout(file: string): Layout {
  return {
    published: (source) => versionsBeside(source, file),
    targets: () => nothing,
    publishedName: (name) => name,
    candidateName: () => file,
    candidates: async (source, signal) => {
      const bytes = await source.read(file, maxBytes.targets, signal)
      return bytes === undefined ? [] : [readCandidate(bytes, file)]
    },
    alone: true,
    elsewhere: { how: 'take the file back to the tool that it came from' },
  }
}

/** What it is stands in the file, whatever its name. */
function readCandidate(bytes: Uint8Array, file: string): Candidate {
  try {
    const { _type: type } = parseEnvelope(bytes, file).raw
    const role: RoleType | undefined = topRoles.find((one) => one === type)
    if (role !== undefined) return { role, name: file }
    throw new AppError({
      code: 'format/unsupported',
      message: `${file} is none of root, targets, snapshot and timestamp`,
      hint: 'open the repository that it belongs to',
    })
  } catch (thrown) {
    if (isVerdict(thrown)) return { name: file, problem: thrown }
    throw thrown
  }
}

const nothing: Transport = {
  list: async () => [],
  read: async () => undefined,
  write: async () => {
    throw new AppError({ code: 'internal/bug', message: 'a single file has no artifacts' })
  },
}

const versioned = /^[1-9]\d{0,8}\.(root|targets|snapshot|timestamp)\.json$/

/** What else lies in that folder, the file itself among it, is not published. */
function versionsBeside(source: Transport, file: string): Transport {
  const isVersion = (name: string): boolean => name !== file && versioned.test(name)
  return {
    list: async (prefix, signal) => (await source.list(prefix, signal)).filter(isVersion),
    read: async (name, limit, signal) => (isVersion(name) ? source.read(name, limit, signal) : undefined),
    write: nothing.write,
  }
}
