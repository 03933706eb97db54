// @peculiar/x509 looks for the metadata functions that decorators once brought with them. These three are all it calls.
const known = new WeakMap<object, Map<unknown, unknown>>()

Object.assign(Reflect, {
  defineMetadata: (name: unknown, value: unknown, target: object) => {
    const own = known.get(target) ?? new Map<unknown, unknown>()
    known.set(target, own.set(name, value))
  },
  getOwnMetadata: (name: unknown, target: object) => known.get(target)?.get(name),
  getMetadata: (name: unknown, target: object) => {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
      const found = known.get(at)?.get(name)
      if (found !== undefined) return found
    }
    return undefined
  },
})
