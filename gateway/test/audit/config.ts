/** The commit of the audit with 199 tests. */
export const repository = 'https://github.com/graphql-hive/federation-gateway-audit.git'
export const commit = 'f59c05e3f48f4a4f8e8a731d67a1b71a9788a96f'

const inherited = /^(path|home|userprofile|systemroot|comspec|tmpdir|temp|tmp|https?_proxy|no_proxy|npm_config_.*)$/i

/** Environment variables that every program needs. Settings of another gateway must not reach the audited one. */
export const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => inherited.test(name)))
