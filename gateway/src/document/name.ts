const limit = 100 // characters; the client chooses the name, and how long it is

/** An operation's name as logs and metrics have it. */
export const nameInLogs = (name: string | undefined): string => name?.slice(0, limit) ?? 'anonymous'
