// The script the Chromium shell runs in a page before any script of the page: takes the binding away and exposes the bridge.
import { bindingName } from '../ipc/channel.ts'
import { exposedTo } from './expose.ts'
import { pageCarrier } from './page-carrier.ts'

const send: unknown = Reflect.get(globalThis, bindingName)
Reflect.deleteProperty(globalThis, bindingName)

if (typeof send === 'function' && window === window.top) {
  const { carrier, receive } = pageCarrier((text) => {
    Reflect.apply(send, undefined, [text])
  })
  const exposed = exposedTo(location.pathname, carrier)
  if (exposed !== undefined) {
    Object.defineProperty(globalThis, exposed.name, { value: exposed.bridge, enumerable: true })
    // The first console call of a page hands the receiver to the shell, which hears it over its pipe: no global is left behind.
    console.debug(receive)
  }
}
