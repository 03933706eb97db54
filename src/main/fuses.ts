// The nine switches burned into Electron's binary when it is packaged. The packager reads them here; all must be set.

/** Names as in @electron/fuses, which numbers them. */
export const fuses: Readonly<Record<string, boolean>> = Object.freeze({
  /** ELECTRON_RUN_AS_NODE would turn the signed app into a bare Node for any script. */
  RunAsNode: false,
  EnableCookieEncryption: true,
  /** NODE_OPTIONS could load code before ours. */
  EnableNodeOptionsEnvironmentVariable: false,
  /** --inspect would let another program drive the main process. */
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  /** Pages come from app://, so file:// needs no privilege. */
  GrantFileProtocolExtraPrivileges: false,
  /** Faults inside WebAssembly stay traps of the page. */
  WasmTrapHandlers: true,
})

/** A fuse that a newer Electron adds must be decided here before a build passes. */
export const strictlyRequireAllFuses = true
