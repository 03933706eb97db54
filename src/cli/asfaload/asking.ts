// What a person says of a backend, which lists releases to their signers alone: releases by name, or a key that asks.
import { askingKey } from '../../node/asfaload/asking.ts'
import { askedSource } from '../../node/asfaload/listing.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { parseAsfaloadAddress } from '../../node/transports/asfaload/address.ts'
import { questionCost } from '../../node/transports/asfaload/authorization.ts'
import type { Io, Option, Parsed } from '../command.ts'
import { findKey } from '../find-key.ts'
import { contextOf, openSource } from '../session.ts'

export const askingOptions: Readonly<Record<string, Option>> = {
  release: {
    form: '--release PATH',
    text: 'asfaload, at a backend: a release that may wait, by its folder below the project',
    type: 'string',
    multiple: true,
  },
  as: { form: '--as KEY', text: 'asfaload, at a backend: this key asks what waits for it', type: 'string' },
}

/** SOURCE with what was said; a key that asks is named to a person, with what that costs, before it does. */
export async function openAsked(desk: Desk, parsed: Parsed, io: Io): Promise<OpenSource> {
  const source = await openSource(desk, parsed, io.signal)
  const [releases, wanted] = [parsed.texts('release'), parsed.text('as')]
  if (releases.length === 0 && wanted === undefined) return source
  if (wanted === undefined) return askedSource(source, { releases }, io.signal)
  const signer = await desk.signer(await findKey(desk, wanted, io), io.signal)
  const by = await askingKey(source, signer, desk.signer, contextOf(source, io))
  const cost = questionCost(by, parseAsfaloadAddress(source.pinned.location))
  if (cost !== undefined) io.note(cost)
  return askedSource(source, { releases, by }, io.signal)
}
