// How the browser is started: a window of its own, a profile of its own, and no way to the network of its own.

const quietFeatures = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'OptimizationHints',
  'Translate',
]

const fixedFlags = [
  '--remote-debugging-pipe',
  // No network. The page's own requests are answered over the pipe; whatever else would go out finds no name and no way.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=http://127.0.0.1:9',
  '--proxy-bypass-list=<-loopback>',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-client-side-phishing-detection',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-field-trial-config',
  '--disable-sync',
  '--no-pings',
  // Nothing that is not the page.
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-component-extensions-with-background-pages',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-notifications',
  '--disable-print-preview',
  '--disable-save-password-bubble',
  '--disable-search-engine-choice-screen',
  '--disable-speech-api',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-service-autorun',
  '--metrics-recording-only',
  // The throw-away profile has no passwords to keep, so it must not open the person's keychain.
  '--password-store=basic',
  '--use-mock-keychain',
  `--disable-features=${quietFeatures.join(',')}`,
]

export interface FlagOptions {
  profile: string
  /** An address that shows nothing and names the window, so that the shell knows it as its own. */
  startAddress: string
  width: number
  height: number
  sandbox: boolean
}

export function chromiumFlags(options: FlagOptions): string[] {
  return [
    ...fixedFlags,
    ...(options.sandbox ? [] : ['--no-sandbox', '--test-type']),
    `--user-data-dir=${options.profile}`,
    `--window-size=${options.width},${options.height}`,
    '--class=countersign',
    `--app=${options.startAddress}`,
  ]
}

/** The profile's settings, where a flag does not exist. */
export function chromiumPreferences(): string {
  return JSON.stringify({
    alternate_error_pages: { enabled: false },
    autofill: { credit_card_enabled: false, profile_enabled: false },
    browser: { enable_spellchecking: false, has_seen_welcome_page: true },
    credentials_enable_service: false,
    dns_prefetching: { enabled: false },
    download: { prompt_for_download: true },
    net: { network_prediction_options: 2 },
    profile: { password_manager_enabled: false },
    safebrowsing: { enabled: false },
    search: { suggest_enabled: false },
    translate: { enabled: false },
  })
}
