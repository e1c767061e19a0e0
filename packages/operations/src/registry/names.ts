/**
 * The names in a registry, and the ids that clients send. Names of clients, apps and versions become names of folders and files, so they
 * contain nothing that has a meaning in a path.
 */
import { hash } from 'node:crypto'

/** A client or an app: at most 63 of `a-z 0-9 - _`, in lower case only because some file systems ignore case. */
export const isName = (text: string): boolean => /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/.test(text)

/** A version: letters and digits, with single `. _ + -` between them; at most 64 characters. */
export const isVersion = (text: string): boolean =>
  text.length <= 64 && /^[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*$/.test(text)

/** SHA-256 of the exact text, 64 lowercase hexadecimal digits: what Apollo's clients send as `sha256Hash`. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex')

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** https://github.com/graphql/graphql-over-http/pull/264, Appendix A. */
export const documentIdOf = (text: string): string => `sha256:${sha256(text)}`

/** An id that people can read in logs: which operation of which build. */
export const nameId = (app: string, version: string, operation: string): string => `${app}~${version}~${operation}`

/** An id that a client's own tools gave, such as Relay's MD5. It must not look like one of the two ids above. */
export const isOwnId = (text: string): boolean => /^(?!sha256:)[\w.:+/=-]{1,128}$/.test(text) && !isSha256(text)

const nameLimit = 100 // characters; the client chooses the name and its length

/** An operation's name as logs have it. */
export const nameInLogs = (name: string | undefined): string => name?.slice(0, nameLimit) ?? 'anonymous'
