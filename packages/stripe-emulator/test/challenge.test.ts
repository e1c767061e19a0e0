import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { paidBy, startAccount } from './account.ts'

let account: Awaited<ReturnType<typeof startAccount>>

beforeEach(async () => {
  account = await startAccount()
})

afterEach(() => account[Symbol.asyncDispose]())

const challenged = async (card = 'pm_card_authenticationRequired') => {
  const intent = await account.stripe.paymentIntents.create({
    ...paidBy(card),
    return_url: 'https://shop.test/back?cart=7',
  })
  return { id: intent.id, page: String(intent.next_action?.redirect_to_url?.url) }
}

const press = (page: string, answer: string) =>
  fetch(page, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' })

const stateOf = async (id: string) => (await account.stripe.paymentIntents.retrieve(id)).status

describe('the challenge page', () => {
  it('shows what is to be paid, and two buttons', async () => {
    const { page } = await challenged()
    const response = await fetch(page)
    expect(response.headers.get('content-type')).toContain('text/html')
    const html = await response.text()
    expect(html).toContain('€20.00')
    expect(html).toContain('value="authorise"')
    expect(html).toContain('value="fail"')
  })

  it('authorised reserves the money and sends the holder back', async () => {
    const { id, page } = await challenged()
    const response = await press(page, 'authorise')
    const back = new URL(String(response.headers.get('location')))
    expect(response.status).toBe(303)
    expect(back.origin + back.pathname).toBe('https://shop.test/back')
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      cart: '7',
      payment_intent: id,
      redirect_status: 'succeeded',
    })
    expect(await stateOf(id)).toBe('requires_capture')
  })

  it('failed sends the holder back without a payment', async () => {
    const { id, page } = await challenged()
    const response = await press(page, 'fail')
    expect(response.headers.get('location')).toContain('redirect_status=failed')
    expect(await account.stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    })
  })

  it('authorised with a card that is declined then says failed', async () => {
    const { id, page } = await challenged('pm_card_threeDSecureRequiredChargeDeclined')
    expect((await press(page, 'authorise')).headers.get('location')).toContain('redirect_status=failed')
    expect(await stateOf(id)).toBe('requires_payment_method')
  })

  it('can be answered once', async () => {
    const { page } = await challenged()
    await press(page, 'authorise')
    expect((await press(page, 'fail')).status).toBe(410)
  })

  it('is nobody else\u2019s', async () => {
    const { page, id } = await challenged()
    expect((await press(page.replace(/secret_\w+$/, 'secret_guess'), 'authorise')).status).toBe(404)
    expect(await stateOf(id)).toBe('requires_action')
  })

  it('left to the SDK ends with a notice', async () => {
    const intent = await account.stripe.paymentIntents.create(paidBy('pm_card_threeDSecure2Required'))
    const sdk = intent.next_action?.use_stripe_sdk as unknown as { stripe_js: string }
    const response = await press(sdk.stripe_js, 'authorise')
    expect([response.status, await stateOf(intent.id)]).toEqual([200, 'requires_capture'])
  })

  it('takes no script as the way back', async () => {
    const create = account.stripe.paymentIntents.create({
      ...paidBy('pm_card_authenticationRequired'),
      return_url: 'javascript:alert(1)',
    })
    await expect(create).rejects.toMatchObject({ code: 'url_invalid', param: 'return_url' })
  })
})

describe('control', () => {
  it.each([
    ['succeed', 'requires_capture'],
    ['fail', 'requires_payment_method'],
  ])('can %s the challenge', async (outcome, status) => {
    const { id } = await challenged()
    expect(await account.control('POST', `intents/${id}/authentication`, { outcome })).toMatchObject({ id, status })
    expect(await account.control('POST', `intents/${id}/authentication`, { outcome })).toHaveProperty('error')
  })
})
