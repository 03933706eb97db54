// tokens modules: the PKCS#11 modules that are used here. A module is a program that this one loads, so each is named by hand.
import { type Answer, answer } from '../../command.ts'
import { type Call, usage } from './call.ts'

export async function modules({ desk, io, words }: Call): Promise<Answer> {
  const [verb, path] = words
  if (verb !== undefined && verb !== 'add' && verb !== 'remove') throw usage(`modules does add and remove, not ${verb}`)
  if (verb !== undefined && path === undefined) throw usage(`modules ${verb} takes the path of a module`)
  if (verb === 'add' && path !== undefined) await desk.tokens.addModule(path, io.signal)
  const before = await desk.tokens.modules(io.signal)
  if (verb === 'remove' && path !== undefined) {
    if (!before.includes(path)) {
      throw usage(`${path} is not among the modules`, 'see which are used: countersign tokens modules')
    }
    await desk.tokens.removeModule(path, io.signal)
  }
  const after = await desk.tokens.modules(io.signal)
  const none = ['no PKCS#11 module is used; add one: countersign tokens modules add PATH']
  return answer({ modules: after }, ...(after.length === 0 ? none : after))
}
