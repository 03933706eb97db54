// A page of a test that shows frames on a real canvas. Built into one script; what it offers is called through `optics`.
import { pack } from '../../src/core/transfer/deflate.ts'
import { type Player, type PlayerState, showFrames } from '../../src/optics/player.ts'
import { canvasSurface } from '../../src/optics/surface.ts'

let player: Player | undefined

export async function show(text: string): Promise<PlayerState> {
  const canvas = document.createElement('canvas')
  const around = document.createElement('div')
  around.id = 'around'
  around.append(canvas)
  document.body.replaceChildren(around)
  const packed = await pack(new TextEncoder().encode(text))
  player = showFrames(canvasSurface(canvas), packed)
  player.pause()
  return player.state()
}

export function step(): void {
  player?.step()
}

export function stop(): void {
  player?.stop()
}
