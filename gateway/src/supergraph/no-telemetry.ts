/** Imported before @apollo/gateway, which reports to its maker unless told not to when it is loaded. */
// biome-ignore lint/style/noProcessEnv: the library has no other switch
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
