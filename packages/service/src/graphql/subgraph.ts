import { ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError, parse, subscribe, validate } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { type HttpServer, header, PayloadTooLarge, type Route, readBody, sendJson } from '../http/server.ts'
import { deadlineHeader, isPastDeadline } from '../identity/deadline.ts'
import { identityHeader, subscriptionBody, type Viewer, verifyIdentity } from '../identity/signed-identity.ts'
import type { Step } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { histogram } from '../process/metrics.ts'
import { inTrace } from '../process/trace.ts'
import { formatErrors, graphqlError } from './errors.ts'
import { messages } from './messages.ts'

const bodyLimit = 1_000_000 // bytes

const requestSeconds = histogram('subgraph_request_seconds', 'Time to answer one request of the gateway')

/** The operation's name, for the log. */
const operationNameOf = (body: unknown): string | undefined => {
  const { operationName } = (body ?? {}) as { operationName?: unknown }
  return typeof operationName === 'string' ? operationName.slice(0, 100) : undefined
}

type RootType = 'Query' | 'Mutation' | 'Subscription'

/** The generated type `Resolvers`, with every root type of the schema required: one that is forgotten does not compile. */
export type CompleteResolvers<R> = R & Required<Pick<R, Extract<keyof R, RootType>>>

/**
 * A federated subgraph on an HTTP server: queries and mutations by POST, subscriptions by graphql-ws on the same path.
 * Both answer only requests that the gateway signed, `_service` and `_entities` included.
 */
export function subgraph<Context extends BaseContext>(options: {
  /** The subgraph's name: the audience of the gateway's signatures. */
  readonly name: string
  readonly sdl: string
  readonly resolvers: unknown
  /** Shared with the gateway. */
  readonly secret: string
  readonly log: Log
  /** Per request; loaders are made here, so that nothing is cached across viewers. */
  context(viewer: Viewer): Context
}) {
  const { name, secret, log } = options
  const schema = buildSubgraphSchema([
    { typeDefs: parse(options.sdl), resolvers: options.resolvers as GraphQLResolverMap<unknown> },
  ])
  const formatError = formatErrors(log)
  const apollo = new ApolloServer<Context>({
    schema,
    formatError,
    csrfPrevention: false, // Browsers do not reach a subgraph, and it answers only requests with the gateway's signature.
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    logger: log,
  })

  const route: Route = async (request, response) => {
    if (request.method !== 'POST') return sendJson(response, 405, errorBody(messages.postOnly, 'BAD_USER_INPUT'))
    let body: Buffer
    try {
      body = await readBody(request, bodyLimit)
    } catch (err) {
      if (err instanceof PayloadTooLarge) return sendJson(response, 413, errorBody(err.message, 'BAD_USER_INPUT'))
      throw err
    }
    const viewer = verifyIdentity(header(request, identityHeader), name, body, secret)
    if (!viewer) return sendJson(response, 401, errorBody(messages.gatewayOnly, 'UNAUTHENTICATED'))
    if (isPastDeadline(header(request, deadlineHeader)))
      return sendJson(response, 503, errorBody(messages.tooLate, 'UNAVAILABLE'))
    let parsed: unknown
    try {
      parsed = JSON.parse(body.toString('utf8'))
    } catch {
      return sendJson(response, 400, errorBody(messages.notJson, 'BAD_USER_INPUT'))
    }
    const headers = new HeaderMap()
    headers.set('content-type', 'application/json')
    const from = performance.now()
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body: parsed },
      context: async () => options.context(viewer),
    })
    const ms = performance.now() - from
    requestSeconds.observe(ms / 1_000)
    log.info({ operation: operationNameOf(parsed), role: viewer.role, ms: Math.round(ms * 10) / 10 }, 'answered')
    for (const [key, value] of result.headers) response.setHeader(key, value)
    response.statusCode = result.status ?? 200
    if (result.body.kind === 'complete') return void response.end(result.body.string)
    for await (const chunk of result.body.asyncIterator) response.write(chunk)
    response.end()
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyLimit })
  const graphqlWs = useServer<Record<string, unknown>, { traceparent?: string }>(
    {
      schema,
      onSubscribe: (_context, _id, payload) => {
        const { identity, traceparent } = (payload.extensions ?? {}) as { identity?: string; traceparent?: string }
        const viewer = verifyIdentity(identity, name, subscriptionBody(payload), secret)
        if (!viewer) return [graphqlError('UNAUTHENTICATED', messages.gatewayOnly)]
        let document: ReturnType<typeof parse>
        try {
          document = parse(payload.query)
        } catch (err) {
          return [err as GraphQLError]
        }
        const errors = validate(schema, document)
        if (errors.length > 0) return errors
        return {
          schema,
          document,
          operationName: payload.operationName,
          variableValues: payload.variables,
          contextValue: { ...options.context(viewer), traceparent },
        }
      },
      subscribe: (args) => {
        const { traceparent } = args.contextValue as { traceparent?: string }
        return inTrace(traceparent, () => subscribe(args as ExecutionArgs)) as ReturnType<typeof subscribe>
      },
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors
          ? { ...result, errors: result.errors.map((error) => asGraphQLError(formatError(error, error))) }
          : result,
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => formatError('toJSON' in error ? error.toJSON() : error, error)),
    },
    sockets,
    12_000,
  )

  /** Serves subscriptions on the HTTP server; to be started after it. */
  const steps = ({ server }: HttpServer): Step[] => [
    { name: 'apollo', start: () => apollo.start(), stop: () => apollo.stop() },
    {
      name: 'subscriptions',
      start: () => {
        server.on('upgrade', (request, socket, head) => {
          if (request.url === '/graphql')
            sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
          else socket.destroy()
        })
      },
      stop: () => graphqlWs.dispose(),
    },
  ]

  return { route, steps, schema }
}

const errorBody = (message: string, code: string) => ({ errors: [{ message, extensions: { code } }] })

const asGraphQLError = ({ message, path, extensions }: GraphQLFormattedError) =>
  new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null })
