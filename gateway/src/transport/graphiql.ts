/**
 * GraphiQL for browsers, outside production. The page and everything that it loads come from a package that contains GraphiQL already
 * built, so it works without a network.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Route } from '@holdfast/service/http'

type Assets = typeof import('@graphql-yoga/render-graphiql/graphiql')

const root = '/graphiql'
const zip = promisify(gzip)

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>GraphiQL</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${root}/app.css" />
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root" style="height: 100vh"></div>
    <script src="${root}/app.js"></script>
    <script src="${root}/start.js"></script>
  </body>
</html>
`

const start = (endpoint: string) => `
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => '${root}/' + label + '.js' }
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  endpoint: '${endpoint}',
  subscriptionsProtocol: 'SSE', // Its WebSocket client does not send the headers.
  title: 'GraphiQL',
  logo: ' ',
  headers: '{ "Authorization": "" }',
  shouldPersistHeaders: false,
})
`

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"

/** The page at `/graphiql`, which sends operations to `endpoint`, and its files below that path. */
export function graphiqlRoutes(endpoint: string): Readonly<Record<string, Route>> {
  const files: Record<string, { type: string; text: (assets: Assets) => string }> = {
    'app.js': { type: 'text/javascript', text: ({ js }) => js },
    'app.css': { type: 'text/css', text: ({ css }) => css },
    'start.js': { type: 'text/javascript', text: () => start(endpoint) },
    'editorWorkerService.js': { type: 'text/javascript', text: ({ editorWorkerService }) => editorWorkerService },
    'json.js': { type: 'text/javascript', text: ({ jsonWorker }) => jsonWorker },
    'graphql.js': { type: 'text/javascript', text: ({ graphqlWorker }) => graphqlWorker },
  }
  return {
    [root]: graphiqlPage,
    ...Object.fromEntries(
      Object.entries(files).map(([name, { type, text }]) => [`${root}/${name}`, file(type, text)] as const),
    ),
  }
}

export const graphiqlPage: Route = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }).end(page)
}

/** A file of the page, read and compressed when it is first requested. */
function file(type: string, text: (assets: Assets) => string): Route {
  let zipped: Promise<Buffer> | undefined
  return async (_, response) => {
    zipped ??= import('@graphql-yoga/render-graphiql/graphiql').then((assets) => zip(text(assets)))
    response
      .writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'content-encoding': 'gzip',
        'cache-control': 'public, max-age=3600',
      })
      .end(await zipped)
  }
}
