import type { Route } from '@holdfast/service/http'

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Back to the app</title>
<body style="font: 1.2rem system-ui; margin: 20vh auto; max-width: 20em; text-align: center">
<p>Thank you. You can go back to the app.</p>
`

/** Where the bank's page leaves the customer when no RETURN_URL is given. Says nothing of what the bank decided. */
export const returnPage: Route = (_, response) => {
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      // Stripe puts the client secret into this page's address.
      'referrer-policy': 'no-referrer',
    })
    .end(page)
}
