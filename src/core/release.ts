// Projects and their releases, as the paths of artifacts name them, and which release is the newest. Paths come from strangers:
// every step takes time in proportion to their length.
import type { JsonObject, JsonValue } from './json.ts'
import { compareVersions, isPrerelease, isSemantic, isVersionText, plainVersion } from './version-order.ts'

/** An artifact that clients can reach. */
export interface Artifact {
  path: string
  length: number
  /** The role that speaks for it. */
  role: string
  custom?: JsonObject
}

export interface Release {
  /** Absent where neither path nor metadata says one. */
  version?: string
  artifacts: readonly Artifact[]
}

export interface Project {
  name: string
  /** Newest first. */
  releases: readonly Release[]
  /** The version to take when none is asked for; absent when no artifact has a version. */
  latest?: string
}

export interface ArtifactName {
  project: string
  version?: string
}

/** In the signed part of a role: {PROJECT: VERSION}. It counts for versions whose artifacts the role itself speaks for. */
export const latestField = 'x-countersign-latest'

const maxPartLength = 255

/** PROJECT/VERSION/FILE, PROJECT/FILE-VERSION.EXT or FILE-VERSION.EXT; {"version": "..."} in the metadata wins. */
export function nameOf(path: string, custom?: JsonObject): ArtifactName {
  const parts = path.split('/')
  const file = parts.at(-1) ?? ''
  const inFile = versionInFile(file)
  const [folder, second] = [parts[0] ?? '', parts[1] ?? '']
  const inFolder = parts.length > 2 && isVersionText(second) ? plainVersion(second) : undefined
  const said = custom?.version
  const version =
    typeof said === 'string' && said !== '' && said.length <= maxPartLength
      ? plainVersion(said)
      : (inFolder ?? inFile?.version)
  const project = parts.length > 1 ? folder : (inFile?.stem ?? file)
  return { project, ...(version === undefined ? {} : { version }) }
}

/** Words that begin a prerelease; anything else behind a version in a file name is the system it is for. */
const prereleaseWord = /^(?:alpha|beta|rc|pre|preview|dev|snapshot|nightly|canary|next|test)(?=$|[\d.-])/i
const endings =
  /\.(?:tar|gz|tgz|xz|txz|bz2|zst|zip|7z|whl|deb|rpm|apk|exe|msi|dmg|pkg|appimage|jar|war|nupkg|gem|crate|json|ya?ml|toml|txt|md|pdf|sig|asc|sha256|sha512|iso|img|bin|wasm|js|so|dll|vsix|snap|flatpak|csv|xml|html)$/i

function versionInFile(file: string): { stem: string; version: string } | undefined {
  if (file.length > maxPartLength) return undefined
  let name = file
  for (let next = name.replace(endings, ''); next !== name && next !== ''; next = name.replace(endings, '')) name = next
  for (let at = 1; at < name.length; at++) {
    if (name[at] !== '-' && name[at] !== '_') continue
    const version = versionAt(name.slice(at + 1))
    if (version !== undefined) return { stem: name.slice(0, at), version }
  }
  return undefined
}

/** The version with which a text begins: digits with a dot, v and digits, or a date of eight digits. */
function versionAt(text: string): string | undefined {
  const core = /^(?:v?\d+(?:\.\d+)+|v\d+|\d{8})(?=$|[-_.+])/i.exec(text)?.[0]
  if (core === undefined) return undefined
  const rest = text.slice(core.length)
  const pre = rest.startsWith('-') ? prereleaseAt(rest.slice(1)) : ''
  const build = /^\+[0-9A-Za-z.-]+/.exec(rest.slice(pre.length))?.[0] ?? ''
  return plainVersion(core + pre + build)
}

/** "-rc.1" for "rc.1-linux"; empty when it is none. */
function prereleaseAt(text: string): string {
  const word = prereleaseWord.exec(text)?.[0]
  if (word === undefined) return ''
  const number = /^(?:[.-]?\d+(?:\.\d+)*)?/.exec(text.slice(word.length))?.[0] ?? ''
  return `-${word}${number}`
}

/** `named`: what the signed part of a role says under `latestField`. */
export function projectsIn(
  artifacts: Iterable<Artifact>,
  named: (role: string) => JsonValue | undefined = () => undefined,
): Project[] {
  const projects = new Map<string, Map<string | undefined, Artifact[]>>()
  for (const artifact of artifacts) {
    const { project, version } = nameOf(artifact.path, artifact.custom)
    const releases = projects.get(project) ?? new Map<string | undefined, Artifact[]>()
    projects.set(project, releases)
    const release = releases.get(version)
    if (release === undefined) releases.set(version, [artifact])
    else release.push(artifact)
  }
  return [...projects]
    .map(([name, releases]) => projectOf(name, releases, named))
    .sort((a, b) => compareVersions(a.name, b.name))
}

function projectOf(
  name: string,
  found: ReadonlyMap<string | undefined, readonly Artifact[]>,
  named: (role: string) => JsonValue | undefined,
): Project {
  const releases = [...found]
    .sort(([a], [b]) =>
      a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : compareVersions(b, a),
    )
    .map(([version, artifacts]): Release => ({ ...(version === undefined ? {} : { version }), artifacts }))
  const latest = latestOf(name, releases, named)
  return { name, releases, ...(latest === undefined ? {} : { latest }) }
}

/** What the repository says; else the newest that is no prerelease; else the newest. */
function latestOf(
  project: string,
  releases: readonly Release[],
  named: (role: string) => JsonValue | undefined,
): string | undefined {
  const says = ({ version, artifacts }: Release): boolean =>
    version !== undefined && artifacts.some(({ role }) => saidFor(project, named(role)) === version)
  const flagged = ({ artifacts }: Release): boolean => artifacts.some(({ custom }) => custom?.latest === true)
  const versioned = releases.filter(({ version }) => version !== undefined)
  const choice =
    versioned.find(says) ??
    versioned.find(flagged) ??
    versioned.find(({ version = '' }) => isSemantic(version) && !isPrerelease(version)) ??
    versioned[0]
  return choice?.version
}

function saidFor(project: string, value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const said = new Map(Object.entries(value)).get(project)
  return typeof said === 'string' ? plainVersion(said) : undefined
}
