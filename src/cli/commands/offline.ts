// offline: whether anything of this program may reach a network, and whether it signs while the machine is on one.
import { AppError } from '../../core/error.ts'
import { openInterfaces } from '../../node/offline.ts'
import { type OfflineSetting, readOffline, writeOffline } from '../../node/offline-setting.ts'
import { openWorkspace } from '../../node/workspace.ts'
import { answer, type Command } from '../command.ts'

export const offlineCommand: Command = {
  name: 'offline',
  usage: 'offline [on|off] [--isolated yes|no]',
  summary: 'Says whether Countersign reaches any network here, and whether it signs while the machine is on one.',
  details: [
    'On: every call, and the window, starts without any way to a network; changes come and go as files and QR codes.',
    'For one call: --offline, with any command.',
  ],
  options: {
    isolated: {
      form: '--isolated yes|no',
      text: 'yes: sign nothing while a network interface of this machine is up',
      type: 'string',
    },
  },
  arity: [0, 1],
  run: async (parsed, io, dataDir) => {
    const { files } = openWorkspace(dataDir)
    const wanted = parsed.positionals[0]
    const isolated = parsed.text('isolated')
    const offline = choice(wanted, 'offline', 'on', 'off')
    const alone = choice(isolated, '--isolated', 'yes', 'no')
    // What is damaged can be said anew, and is then not read.
    const isWhole = offline !== undefined && alone !== undefined
    const before = isWhole ? { offline, isolated: alone } : await readOffline(files, io.signal)
    const setting: OfflineSetting = { offline: offline ?? before.offline, isolated: alone ?? before.isolated }
    if (offline !== undefined || alone !== undefined) await writeOffline(files, setting, io.signal)
    const interfaces = openInterfaces()
    return answer(
      { ...setting, interfaces },
      setting.offline
        ? 'Offline: nothing of Countersign reaches a network. A window that is open hears of it when it is started again.'
        : 'Online: what you open on the web is asked, and nothing else.',
      setting.isolated
        ? 'Nothing is signed while this machine is on a network.'
        : 'It signs also while this machine is on a network.',
      interfaces.length === 0 ? 'No network interface is up.' : `Up by now: ${interfaces.join(', ')}.`,
    )
  },
}

function choice(word: string | undefined, what: string, yes: string, no: string): boolean | undefined {
  if (word === undefined) return undefined
  if (word === yes || word === no) return word === yes
  throw new AppError({
    code: 'usage/invalid',
    message: `${what} takes ${yes} or ${no}, not ${word}`,
    hint: 'see: countersign offline --help',
  })
}
