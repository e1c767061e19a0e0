import type { Route } from '@holdfast/service/http'
import { messages } from '../messages.ts'

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${messages.returnTitle}</title>
<body style="font: 1.2rem system-ui; margin: 20vh auto; max-width: 20em; text-align: center">
<p>${messages.returnText}</p>
`

/** The page to which the bank sends the customer back when RETURN_URL is not set. It does not say what the bank decided. */
export const returnPage: Route = (_, response) => {
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      // Stripe puts the client secret into the address of this page.
      'referrer-policy': 'no-referrer',
    })
    .end(page)
}
