// Where the files of a release are fetched: a mirror keeps each project under the address that it has on the web.
const hosted = /\/(?:https\/([\w.-]+)\/443|([\w-]+(?:\.[\w-]+)+))\/([\w.-]+\/[\w.-]+)\/?$/

/** Undefined: the folder does not lie as on a mirror. */
export function publicAddress(location: string, path: string): string | undefined {
  const [, newer, older, project] = hosted.exec(location.replaceAll('\\', '/')) ?? []
  const host = newer ?? older
  return host === undefined ? undefined : `https://${host}/${project}/${path.replace(/\/$/, '')}/`
}
