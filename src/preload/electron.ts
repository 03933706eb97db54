// The preload script of the Electron shell: sandboxed, context-isolated, exposes the bridge and nothing of Electron.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
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
  // Empty for a file that lies nowhere, such as one that a script made.
  pathsOf: async (files) => ({
    ok: true,
    value: { paths: files.map((file) => (file instanceof File ? webUtils.getPathForFile(file) : '')) },
  }),
})
if (exposed !== undefined) contextBridge.exposeInMainWorld(exposed.name, exposed.bridge)
