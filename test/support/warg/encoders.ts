// What a registry of warg sends, written: the program only reads it.
import { concatBytes } from '../../../src/core/bytes.ts'
import type { Envelope } from '../../../src/core/systems/warg/encoding/envelope.ts'
import { protoBytes, protoNumber, protoNumbers, protoText } from '../../../src/core/systems/warg/encoding/protobuf.ts'
import type { LogProof } from '../../../src/core/systems/warg/proofs/log-proof.ts'
import type { MapProof } from '../../../src/core/systems/warg/proofs/map-proof.ts'

export function encodeEnvelope({ contents, keyId, signature }: Envelope): Uint8Array<ArrayBuffer> {
  const first = contents.length === 0 ? contents : protoBytes(1, contents)
  return concatBytes(first, protoText(2, keyId), protoText(3, signature))
}

export function encodeLogProof(proof: LogProof): Uint8Array<ArrayBuffer> {
  return concatBytes(
    protoNumber(1, proof.logLength),
    protoNumbers(2, proof.consistentLengths),
    protoNumbers(3, proof.includedIndices),
    ...[...proof.hashes].map(([node, hash]) => protoBytes(4, concatBytes(protoNumber(1, node), protoBytes(2, hash)))),
  )
}

export function encodeMapProofs(proofs: readonly MapProof[]): Uint8Array<ArrayBuffer> {
  const encoded = proofs.map((peers) => {
    const hashes = peers.map((hash) => protoBytes(1, hash === undefined ? new Uint8Array(0) : protoBytes(1, hash)))
    return protoBytes(1, concatBytes(...hashes))
  })
  return concatBytes(...encoded)
}
