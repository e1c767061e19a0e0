/** Imported before @apollo/gateway, which sends usage reports to Apollo unless this is set when it is loaded. */
// biome-ignore lint/style/noProcessEnv: the library has no other switch
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
