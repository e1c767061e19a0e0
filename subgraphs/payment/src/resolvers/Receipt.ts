import type { ReceiptResolvers } from '../__generated__/resolvers.ts'

export const Receipt: ReceiptResolvers = {
  number: ({ number }) => String(number),
  gross: ({ grossMinor, currency }) => ({ amountMinor: grossMinor, currency }),
  net: ({ netMinor, currency }) => ({ amountMinor: netMinor, currency }),
  vat: ({ vatMinor, currency }) => ({ amountMinor: vatMinor, currency }),
  outstanding: ({ outstandingMinor, currency }) => ({ amountMinor: outstandingMinor, currency }),
}
