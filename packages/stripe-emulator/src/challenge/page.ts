import type Stripe from 'stripe'

const layout = (body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Confirm your payment</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 90vh; margin: 0 1rem }
  main { max-width: 24rem; padding: 1.5rem 2rem; border: 1px solid #8886; border-radius: .75rem }
  h1 { font-size: 1.25rem }
  form { display: flex; gap: .75rem; margin-top: 1.5rem }
  button { flex: 1; padding: .6rem; font: inherit; border: 1px solid #8886; border-radius: .5rem; cursor: pointer }
  button[value=authorise] { background: #1a7f37; color: #fff }
  small { opacity: .7 }
</style>
<main>${body}</main>
</html>
`

/** Asks the customer. The two buttons post `answer=authorise` or `answer=fail` to the page's own address. */
export const challengePage = (intent: Stripe.PaymentIntent): string =>
  layout(`
  <h1>Confirm your payment</h1>
  <p>Your bank asks you to confirm this payment of <strong>${escaped(price(intent))}</strong>.</p>
  <form method="post">
    <button name="answer" value="authorise">Authorise</button>
    <button name="answer" value="fail">Fail</button>
  </form>
  <p><small>Emulated 3D Secure. If you close this page, the payment stays unconfirmed.</small></p>`)

/** For a customer who cannot be sent back, or has nothing to confirm. */
export const noticePage = (title: string, text: string): string =>
  layout(`<h1>${escaped(title)}</h1><p>${escaped(text)}</p>`)

function price(intent: Stripe.PaymentIntent): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: intent.currency.toUpperCase() })
  return format.format(intent.amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
