/** What clients of the gateway read when their operation is refused. Programs go by the codes; the sentences may change. */

/** A GraphQL error, without a path. */
export interface Refusal {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

const refusal = (code: string, message: string, facts: Readonly<Record<string, unknown>> = {}): Refusal => ({
  message,
  extensions: { code, ...facts },
})
const notPublished = 'PERSISTED_QUERY_NOT_IN_LIST' // the code that Apollo's router uses

export const refusals = {
  unknownId: refusal(
    notPublished,
    'There is no operation with this id for this client. Send its text, or an id that is published.',
  ),
  nothingNamed: refusal(notPublished, 'The request names no operation. Send its text or its id.'),
  notPublished: refusal(
    notPublished,
    'This client may run published operations only, and this is none of them. Publish it first.',
  ),
  retired: (retiredAt: string) =>
    refusal(
      notPublished,
      `This operation was retired on ${retiredAt.slice(0, 10)}. Update the client to a newer version.`,
      { retiredAt },
    ),
  // Apollo's clients recognise these by message or code: after the first they send the text, after the second they send only texts.
  notFound: refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'),
  notSupported: refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported'),
  mismatch: refusal('BAD_REQUEST', 'provided sha does not match query'),
} as const
