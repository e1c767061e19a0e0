/** Why an issuer declines: https://docs.stripe.com/declines/codes */
export interface Decline {
  readonly code: string
  readonly decline_code: string
  readonly message: string
  /** Radar declined before the issuer was asked. */
  readonly blocked?: true
}

/** How one of Stripe's test cards behaves: https://docs.stripe.com/testing */
export interface TestCard {
  readonly number: string
  readonly brand: 'amex' | 'diners' | 'discover' | 'jcb' | 'mastercard' | 'unionpay' | 'visa'
  readonly country: string
  readonly funding: 'credit' | 'debit' | 'prepaid'
  /** When the customer has to pass a challenge. `unlessSetUp`: off session only if the card is not attached yet. */
  readonly authentication: 'never' | 'always' | 'onSession' | 'unlessSetUp'
  readonly decline: Decline | null
  readonly refund: 'succeeds' | 'settlesLater' | 'failsLater'
}

/** A card as most of them are, but for what is given. */
const card = (number: string, differences: Partial<TestCard> = {}): TestCard => ({
  number,
  brand: 'visa',
  country: 'US',
  funding: 'credit',
  authentication: 'never',
  decline: null,
  refund: 'succeeds',
  ...differences,
})
const visa = card('4242424242424242')

const declined = (decline_code: string, message = 'Your card was declined.', code = 'card_declined'): Decline => ({
  code,
  decline_code,
  message,
})
/** Where the code and the decline code are the same word. */
const failed = (code: string, message: string): Decline => declined(code, message, code)

const generic = declined('generic_decline')
const insufficientFunds = declined('insufficient_funds', 'Your card has insufficient funds.')
const velocity = declined(
  'card_velocity_exceeded',
  'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
)
const processing = failed(
  'processing_error',
  'An error occurred while processing your card. Try again in a little bit.',
)

/** For an off-session payment that would need a challenge, and for `error_on_requires_action`. */
export const authenticationRequired = failed(
  'authentication_required',
  'Your card was declined. This transaction requires authentication.',
)

const chargeDeclined = card('4000000000000002', { decline: generic })
const chargeDeclinedFunds = card('4000000000009995', { decline: insufficientFunds })
const chargeDeclinedLost = card('4000000000009987', { decline: declined('lost_card') })
const chargeDeclinedStolen = card('4000000000009979', { decline: declined('stolen_card') })
const chargeDeclinedVelocity = card('4000000000006975', { decline: velocity })
const blocked = card('4100000000000019', { decline: { ...declined('fraudulent'), blocked: true } })

/** By the name after `pm_card_`; names of the same card share its number. */
export const testCards = {
  visa,
  visa_debit: card('4000056655665556', { funding: 'debit' }),
  mastercard: card('5555555555554444', { brand: 'mastercard' }),
  mastercard_debit: card('5200828282828210', { brand: 'mastercard', funding: 'debit' }),
  mastercard_prepaid: card('5105105105105100', { brand: 'mastercard', funding: 'prepaid' }),
  amex: card('378282246310005', { brand: 'amex' }),
  discover: card('6011111111111117', { brand: 'discover' }),
  diners: card('3056930009020004', { brand: 'diners' }),
  jcb: card('3566002020360505', { brand: 'jcb' }),
  unionpay: card('6200000000000005', { brand: 'unionpay' }),
  de: card('4000002760000016', { country: 'DE' }),
  fr: card('4000002500000003', { country: 'FR' }),
  gb: card('4000008260000000', { country: 'GB' }),

  chargeDeclined,
  visa_chargeDeclined: chargeDeclined,
  chargeDeclinedInsufficientFunds: chargeDeclinedFunds,
  visa_chargeDeclinedInsufficientFunds: chargeDeclinedFunds,
  chargeDeclinedLostCard: chargeDeclinedLost,
  visa_chargeDeclinedLostCard: chargeDeclinedLost,
  chargeDeclinedStolenCard: chargeDeclinedStolen,
  visa_chargeDeclinedStolenCard: chargeDeclinedStolen,
  chargeDeclinedVelocityLimitExceeded: chargeDeclinedVelocity,
  visa_chargeDeclinedVelocityLimitExceeded: chargeDeclinedVelocity,
  chargeDeclinedExpiredCard: card('4000000000000069', { decline: failed('expired_card', 'Your card has expired.') }),
  chargeDeclinedIncorrectCvc: card('4000000000000127', {
    decline: failed('incorrect_cvc', "Your card's security code is incorrect."),
  }),
  chargeDeclinedProcessingError: card('4000000000000119', { decline: processing }),
  chargeDeclinedFraudulent: blocked,
  radarBlock: blocked,
  chargeCustomerFail: card('4000000000000341', { decline: generic }),

  authenticationRequired: card('4000002760003184', { authentication: 'always' }),
  authenticationRequiredOnSetup: card('4000002500003155', { authentication: 'unlessSetUp' }),
  authenticationRequiredSetupForOffSession: card('4000003800000446', { authentication: 'onSession' }),
  authenticationRequiredChargeDeclinedInsufficientFunds: card('4000008260003178', {
    authentication: 'always',
    decline: insufficientFunds,
  }),
  threeDSecure2Required: card('4000000000003220', { authentication: 'always' }),
  threeDSecureRequired: card('4000000000003063', { authentication: 'always' }),
  threeDSecureRequiredChargeDeclined: card('4000008400001629', { authentication: 'always', decline: generic }),
  threeDSecureOptional: card('4000000000003055'),
  amex_threeDSecureNotSupported: card('378282246310005', { brand: 'amex' }),

  refundFail: card('4000000000005126', { refund: 'failsLater' }),
  pendingRefund: card('4000000000007726', { refund: 'settlesLater' }),
}

const byNumber = new Map<string, TestCard>(Object.values(testCards).map((card) => [card.number, card]))
const byFingerprint = new Map<string, TestCard>([...byNumber.values()].map((card) => [fingerprintOf(card), card]))

export const cardNumbered = (number: string): TestCard | undefined => byNumber.get(number)

/** The card behind `pm_card_visa` or `tok_visa`; undefined for a name that Stripe's test mode does not have here. */
export function cardNamed(name: string): TestCard | undefined {
  const key = name.replace(/^(pm_card|tok)_/, '')
  return Object.hasOwn(testCards, key) ? testCards[key as keyof typeof testCards] : undefined
}

/** As at Stripe, a card number always has the same fingerprint: it identifies the card behind a stored payment method. */
export function fingerprintOf(card: TestCard): string {
  return `emu${BigInt(card.number).toString(36).padStart(13, '0')}`
}

export const cardFingerprinted = (fingerprint: string | null | undefined): TestCard =>
  byFingerprint.get(fingerprint ?? '') ?? visa
