// The preload script of the Electron shell: sandboxed, context-isolated, exposes the bridge and nothing of Electron.
import { contextBridge, ipcRenderer } from 'electron'
import { callChannel, noticeChannel } from '../ipc/channel.ts'
import type { Notice } from '../ipc/contract.ts'
import { exposedTo } from './expose.ts'

const exposed = exposedTo(location.pathname, {
  invoke: (name, argument) => ipcRenderer.invoke(callChannel, name, argument),
  listen: (hear) => {
    // The event carries the sender, an Electron object: only the notice goes on.
    const listener = (_event: unknown, notice: Notice): void => hear(notice)
    ipcRenderer.on(noticeChannel, listener)
    return () => {
      ipcRenderer.off(noticeChannel, listener)
    }
  },
})
if (exposed !== undefined) contextBridge.exposeInMainWorld(exposed.name, exposed.bridge)
